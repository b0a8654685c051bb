/**
 * Ends what a run left behind that was itself killed without a chance to clean up. Only processes whose owner is
 * surely gone are touched: never those of another run that lives, never a run itself or what it runs in.
 * Where there is no `/proc` there is nothing to sweep; there, what a killed run left ends with its input, or by hand.
 */
import { endMarked, markedProcesses, type MarkedProcess } from './end-marked.ts';
import type { ProcessOwner } from './process-owner.ts';
import { processStatus } from './process-status.ts';

export interface SweptProcess {
  readonly pid: number;
  /** Its program, without arguments. */
  readonly name: string;
  /** The process that had started it. */
  readonly owner: number;
}

export function sweepOrphans(self: ProcessOwner): readonly SweptProcess[] {
  const inSight = markedProcesses().filter((marked) => marked.marker.owner.namespace === self.namespace);
  if (!inSight.some(({ marker }) => isGone(marker.owner))) return [];
  const living = inSight.map(({ marker }) => marker.owner).filter((owner) => !isGone(owner));
  const spared = new Set([self, ...living].flatMap(({ pid }) => withAncestors(pid)));
  const isOrphan = ({ pid, marker: { owner } }: MarkedProcess): boolean =>
    owner.namespace === self.namespace && !spared.has(pid) && isGone(owner);
  return endMarked(isOrphan).map(({ pid, name, marker }) => ({ pid, name, owner: marker.owner.pid }));
}

/** True only when it is certain: one that is merely hidden from us counts as living. */
function isGone(owner: ProcessOwner): boolean {
  const status = processStatus(owner.pid);
  if (status !== undefined) return !status.running || status.startTime !== owner.startTime;
  try {
    process.kill(owner.pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

/** A run may itself have been started below somebody else's child, such as in a terminal that an agent opened. */
function withAncestors(pid: number): readonly number[] {
  const chain: number[] = [];
  for (let next = pid; next > 0 && !chain.includes(next); next = processStatus(next)?.parent ?? 0)
    chain.push(next);
  return chain;
}
