/**
 * How safe an event must be before anyone acts on it. `written` survives the death of the process,
 * `synced` survives power loss. The start of a call that is not known to be read-only is synced, so that
 * after a crash we never believe that something with effects had not been tried.
 */
import type { RunEventBody } from './run-event.ts';

export type Durability = 'ephemeral' | 'written' | 'synced';

export function durabilityOf(event: RunEventBody): Durability {
  switch (event.type) {
    case 'text.delta':
    case 'reasoning.delta':
      return 'ephemeral';
    case 'run.started':
    case 'answer.submitted':
    case 'vote.cast':
    case 'winner.selected':
    case 'context.staged':
    case 'context.changed':
    case 'changes.applied':
    case 'changes.undone':
    case 'approval.decided':
    case 'budget.settled':
    case 'workspace.kept':
      return 'synced';
    case 'snapshot.published':
      // What is not an answer yet is worth no waiting for a disk.
      return event.call === undefined ? 'synced' : 'written';
    case 'tool.call.started':
      return event.effects.every((effect) => effect === 'Read') ? 'written' : 'synced';
    default:
      return 'written';
  }
}
