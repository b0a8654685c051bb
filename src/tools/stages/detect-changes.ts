/**
 * Looks at the agent's workspace after each call that may have changed files and journals what differs. Nothing
 * here knows a server or a backend by name; a tool that wrote behind its description is seen all the same.
 */
import { errorMessage } from '../../errors/error-message.ts';
import { toolErrors } from '../../errors/tool-errors.ts';
import { mayChangeFiles } from '../../events/effect.ts';
import type { EventRecorder } from '../../journal/event-recorder.ts';
import type { Stage } from '../pipeline.ts';

export interface WorkspaceChanges {
  readonly added: readonly string[];
  readonly modified: readonly string[];
  readonly deleted: readonly string[];
}

/** What changed in the agent's workspace since it was last asked; undefined when nothing did or it has none. */
export type TakeChanges = (agent: string) => Promise<WorkspaceChanges | undefined>;

const longestList = 100;

export function detectChanges(takeChanges: TakeChanges, recorder: Pick<EventRecorder, 'append'>): Stage {
  return async (call, next) => {
    const result = await next(call);
    if (call.tool?.decides === true || !mayChangeFiles(call.effects ?? ['Unknown'])) return result;
    const { agent } = call;
    let changes: WorkspaceChanges | undefined;
    try {
      changes = await takeChanges(agent);
    } catch (error) {
      // The call was made and its result stands; that we could not look is said, not hidden.
      const { code, title, hint } = toolErrors.changesUnseen;
      const warning = { code, message: `${title}: ${errorMessage(error)}`, hint };
      await recorder.append([{ type: 'warning.raised', agent, ...warning }]).durable;
    }
    if (changes !== undefined) {
      const { added, modified, deleted } = changes;
      const cut = [added, modified, deleted].some((list) => list.length > longestList);
      await recorder.append([
        {
          type: 'workspace.changed',
          agent,
          turn: call.turn,
          call: call.request.id,
          added: added.slice(0, longestList),
          modified: modified.slice(0, longestList),
          deleted: deleted.slice(0, longestList),
          cut,
        },
      ]).durable;
    }
    return result;
  };
}
