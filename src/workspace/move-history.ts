/** What copies and deletions of an agent can be undone: a fold over the journal, so that it outlives the process. */
import type { DurableEvent, DurableEventOf } from '../events/run-event.ts';

export type Kept = DurableEventOf<'workspace.kept'>;

/** A copy or a deletion. */
export type Move = Pick<Kept, 'call' | 'action' | 'before' | 'after'>;

export interface MoveHistory {
  /** The newest that was not undone. */
  last(agent: string): Move | undefined;
  add(agent: string, move: Move): void;
  undone(agent: string, call: string): void;
}

export function createMoveHistory(journaled: readonly DurableEvent[]): MoveHistory {
  const moves = new Map<string, Move[]>();
  /** By the call that undoes: an undoing that did not come to its end can be done again. */
  const undoing = new Map<string, Kept>();
  for (const event of journaled) {
    if (event.type === 'workspace.kept') {
      if (event.action === 'undo') undoing.set(event.call, event);
      else add(event.agent, event);
    } else if (event.type === 'tool.call.finished' && event.outcome === 'ok') {
      const kept = undoing.get(event.call);
      if (kept?.undoes !== undefined) undone(kept.agent, kept.undoes);
    }
  }
  return { last: (agent) => moves.get(agent)?.at(-1), add, undone };

  function add(agent: string, { call, action, before, after }: Move): void {
    const list = moves.get(agent) ?? [];
    moves.set(agent, list);
    list.push({
      call,
      action,
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
    });
  }

  function undone(agent: string, call: string): void {
    const list = moves.get(agent) ?? [];
    const at = list.findLastIndex((move) => move.call === call);
    if (at !== -1) list.splice(at, 1);
  }
}
