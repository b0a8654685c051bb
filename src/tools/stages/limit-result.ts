/**
 * Keeps results at a size a model can read. The whole text of a long one goes to a file that the agent can read
 * in parts; the model gets the beginning, the end and the path.
 */
import { errorMessage } from '../../errors/error-message.ts';
import { toolContentText, type ToolContent } from '../../events/tool-content.ts';
import type { Stage } from '../pipeline.ts';

/** Characters of text given to a model for one call. */
const maxText = 100_000;
/** Base64 characters of one image or sound. */
const maxBinary = 7_000_000;
/** Blocks of one result; what comes behind them is put together as text. */
const maxParts = 200;
/** Characters of an address. */
const maxAddress = 2_000;

/** Stores the full text of a call's result and returns the path at which the agent can read it. */
export type SpillText = (agent: string, call: string, text: string) => Promise<string>;

export function limitResult(spill: SpillText): Stage {
  return async (call, next) => {
    const result = await next(call);
    const content: ToolContent[] = [];
    let room = maxText;
    for (const [index, part] of merged(result.content).entries()) {
      const limited = limitOthers(part);
      const text = textOf(limited);
      if ((limited.type !== 'text' && limited.type !== 'resource') || text.length <= room) {
        content.push(limited);
        room -= text.length;
        continue;
      }
      const name = `${call.request.id}-${index}`;
      const place = await spilled(() => spill(call.agent, name, text));
      content.push({ ...limited, text: excerpt(text, room, place) });
      room = 0;
    }
    return { ...result, content };
  };
}

function textOf(part: ToolContent): string {
  return part.type === 'text' || part.type === 'resource' ? (part.text ?? '') : '';
}

/** Says where the whole text is. A disk that is full costs the rest of the text, not all of it. */
async function spilled(spill: () => Promise<string>): Promise<string> {
  try {
    return `the whole text is in ${await spill()}`;
  } catch (error) {
    return `the rest could not be stored: ${errorMessage(error)}`;
  }
}

function excerpt(text: string, room: number, place: string): string {
  const head = text.slice(0, Math.floor(room * 0.8));
  const tail = room === 0 ? '' : text.slice(text.length - Math.floor(room * 0.2));
  const left = text.length - head.length - tail.length;
  // A character cut in half is refused by providers.
  return `${head}\n[… ${left} of ${text.length} characters left out; ${place} …]\n${tail}`.toWellFormed();
}

function limitOthers(part: ToolContent): ToolContent {
  const size = part.type === 'text' ? 0 : (part.data?.length ?? 0);
  if (size > maxBinary)
    return { type: 'text', text: `[${part.type} of ${size} base64 characters left out: too large]` };
  if (part.type !== 'resource' || part.uri.length <= maxAddress) return part;
  return { ...part, uri: `${part.uri.slice(0, maxAddress)}…`.toWellFormed() };
}

function merged(content: readonly ToolContent[]): readonly ToolContent[] {
  if (content.length <= maxParts) return content;
  return [...content.slice(0, maxParts), { type: 'text', text: toolContentText(content.slice(maxParts)) }];
}
