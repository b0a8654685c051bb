/** Ends what children that have ended left outside their groups. Those that end together cost one look. */
import { endMarked, type MarkedProcess } from './end-marked.ts';

/** Resolves when nothing is left of the child of that number. */
export type StragglerSweep = (child: number) => Promise<void>;

export function createStragglerSweep(isOurs: (candidate: MarkedProcess) => boolean): StragglerSweep {
  const waiting = new Set<number>();
  let look: Promise<void> | undefined;
  return (child) => {
    waiting.add(child);
    look ??= new Promise((resolve) => {
      setImmediate(() => {
        const ended = new Set(waiting);
        waiting.clear();
        look = undefined;
        endMarked((candidate) => isOurs(candidate) && ended.has(candidate.marker.child));
        resolve();
      });
    });
    return look;
  };
}
