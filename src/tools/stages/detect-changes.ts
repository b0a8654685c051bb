/**
 * After each call that may have changed files: what differs in the agent's workspace is journaled, and the version
 * that is there now with it. Nothing here knows a server or a backend by name; a tool that wrote behind its
 * description is seen all the same. A call that only reads costs no look.
 */
import { errorMessage } from '../../errors/error-message.ts';
import { toolErrors } from '../../errors/tool-errors.ts';
import { mayChangeFiles } from '../../events/effect.ts';
import type { DurableEventBody, SkippedFile } from '../../events/run-event.ts';
import type { EventRecorder } from '../../journal/event-recorder.ts';
import type { PipelineCall, Stage } from '../pipeline.ts';

export interface WorkspaceChanges {
  readonly added: readonly string[];
  readonly modified: readonly string[];
  readonly deleted: readonly string[];
  /** Other calls of the agent that ended at the same time: any of them may have been it. */
  readonly beside?: readonly string[];
  /** The version that has these changes. */
  readonly published?: PublishedVersion;
  /** Why there is none, when that is news. */
  readonly unpublished?: { readonly code: string; readonly message: string; readonly hint: string };
}

/** A snapshot as its event describes it. */
export interface PublishedVersion {
  readonly snapshot: string;
  readonly files: number;
  readonly bytes: number;
  readonly excluded: readonly string[];
  readonly skipped: readonly SkippedFile[];
}

/**
 * What changed in the agent's workspace since it was last asked, told to one of the calls that it may come from;
 * undefined for the others, when nothing changed, and when the agent has no workspace.
 */
export type TakeChanges = (agent: string, call: string) => Promise<WorkspaceChanges | undefined>;

const longestList = 100;

export function detectChanges(takeChanges: TakeChanges, recorder: Pick<EventRecorder, 'append'>): Stage {
  return async (call, next) => {
    const result = await next(call);
    if (call.tool?.decides === true || !mayChangeFiles(call.effects ?? ['Unknown'])) return result;
    const { agent, request } = call;
    let events: readonly DurableEventBody[];
    try {
      const changes = await takeChanges(agent, request.id);
      events = changes === undefined ? [] : describe(call, changes);
    } catch (error) {
      // The call was made and its result stands; that we could not look is said, not hidden.
      const { code, title, hint } = toolErrors.changesUnseen;
      const warning = { code, message: `${title}: ${errorMessage(error)}`, hint };
      events = [{ type: 'warning.raised', agent, ...warning }];
    }
    if (events.length > 0) await recorder.append(events).durable;
    return result;
  };
}

function describe(
  { agent, turn, request }: PipelineCall,
  changes: WorkspaceChanges,
): readonly DurableEventBody[] {
  const { added, modified, deleted, beside, published, unpublished } = changes;
  const inCall = { agent, turn, call: request.id };
  const lists = [added, modified, deleted];
  const changed: DurableEventBody = {
    type: 'workspace.changed',
    ...inCall,
    added: added.slice(0, longestList),
    modified: modified.slice(0, longestList),
    deleted: deleted.slice(0, longestList),
    cut: lists.some((list) => list.length > longestList),
    ...(beside === undefined ? {} : { beside }),
  };
  return [
    ...(lists.every((list) => list.length === 0) ? [] : [changed]),
    ...(published === undefined ? [] : [{ type: 'snapshot.published', ...inCall, ...published } as const]),
    ...(unpublished === undefined ? [] : [{ type: 'warning.raised', agent, ...unpublished } as const]),
  ];
}
