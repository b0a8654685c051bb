/**
 * Whether a run has changes of a user's files that nobody has made or declined yet, as its journal says. What was put
 * back counts as decided. Pure.
 */
import type { DurableEvent } from '../events/run-event.ts';
import { stagedContexts } from './staged-context.ts';

export function changesWait(events: readonly DurableEvent[]): boolean {
  return stagedContexts(events)
    .all()
    .some(({ changed, settled }) => {
      // What the turn did could not be recorded: its copy is all there is of it.
      if (changed === undefined) return settled !== undefined;
      const { added, modified, deleted } = changed;
      if (added.length + modified.length + deleted.length === 0) return false;
      if (settled === undefined) return true;
      return settled.type === 'changes.kept' ? settled.reason !== 'declined' : settled.conflicts.length > 0;
    });
}
