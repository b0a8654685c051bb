/**
 * Keeps results at a size a model can read. The whole text of a long one goes to a file that the agent can read
 * in parts; the model gets the beginning, the end and the path.
 */
import type { ToolContent } from '../../events/tool-content.ts';
import type { Stage } from '../pipeline.ts';

/** Characters of text given to a model for one call. */
const maxText = 100_000;
/** Base64 characters of one image or sound. */
const maxBinary = 7_000_000;

/** Stores the full text of a call's result and returns the path at which the agent can read it. */
export type SpillText = (call: string, text: string) => Promise<string>;

export function limitResult(spill: SpillText): Stage {
  return async (call, next) => {
    const result = await next(call);
    const content: ToolContent[] = [];
    let room = maxText;
    for (const [index, part] of result.content.entries()) {
      const limited = limitBinary(part);
      if (limited.type !== 'text' || limited.text.length <= room) {
        content.push(limited);
        if (limited.type === 'text') room -= limited.text.length;
        continue;
      }
      const path = await spill(`${call.request.id}-${index}`, limited.text);
      content.push({ type: 'text', text: excerpt(limited.text, room, path) });
      room = 0;
    }
    return { ...result, content };
  };
}

function excerpt(text: string, room: number, path: string): string {
  const head = text.slice(0, Math.floor(room * 0.8));
  const tail = room === 0 ? '' : text.slice(text.length - Math.floor(room * 0.2));
  const left = text.length - head.length - tail.length;
  return `${head}\n[… ${left} of ${text.length} characters left out; the whole text is in ${path} …]\n${tail}`;
}

function limitBinary(part: ToolContent): ToolContent {
  const size = part.type === 'text' ? 0 : (part.data?.length ?? 0);
  if (size <= maxBinary) return part;
  return { type: 'text', text: `[${part.type} of ${size} base64 characters left out: too large]` };
}
