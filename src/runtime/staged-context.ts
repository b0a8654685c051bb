/**
 * What the journal says of the copies that a final turn could change: one entry for each file or folder of the user, as
 * the last such turn left it. Pure.
 */
import type { DurableEvent, DurableEventOf } from '../events/run-event.ts';

export interface StagedContext {
  readonly staged: DurableEventOf<'context.staged'>;
  /** Absent while the turn goes on. */
  readonly changed?: DurableEventOf<'context.changed'>;
  /** What became of the changes at the end of the run. */
  readonly settled?: DurableEventOf<'changes.applied'> | DurableEventOf<'changes.kept'>;
}

export interface StagedContexts {
  remember(event: DurableEvent): void;
  /** Of the last final turn that had copies; empty when there was none. */
  all(): readonly StagedContext[];
  /** Whether a final turn came to its end without an error. */
  isComplete(agent: string, turn: number): boolean;
}

export function stagedContexts(journaled: readonly DurableEvent[]): StagedContexts {
  const byPath = new Map<string, StagedContext>();
  const complete = new Set<string>();
  const contexts: StagedContexts = {
    remember(event) {
      switch (event.type) {
        case 'context.staged':
          // A turn that starts anew begins with copies of its own.
          for (const [path, { staged }] of byPath) if (!isOfTurn(staged, event)) byPath.delete(path);
          byPath.set(event.path, { staged: event });
          return;
        case 'context.changed': {
          const known = byPath.get(event.path);
          if (known !== undefined && isOfTurn(known.staged, event))
            byPath.set(event.path, { ...known, changed: event });
          return;
        }
        case 'changes.applied':
        case 'changes.kept': {
          const known = byPath.get(event.path);
          if (known !== undefined) byPath.set(event.path, { ...known, settled: event });
          return;
        }
        case 'presentation.finished':
          if (event.error === undefined) complete.add(keyOf(event));
          return;
        default:
      }
    },
    all: () => [...byPath.values()],
    isComplete: (agent, turn) => complete.has(keyOf({ agent, turn })),
  };
  for (const event of journaled) contexts.remember(event);
  return contexts;
}

interface OfTurn {
  readonly agent: string;
  readonly turn: number;
}

function keyOf({ agent, turn }: OfTurn): string {
  return `${turn} ${agent}`;
}

function isOfTurn(one: OfTurn, other: OfTurn): boolean {
  return keyOf(one) === keyOf(other);
}
