/**
 * The orderly end of a child: its input is closed, then it is asked, then it is killed, with time between.
 * Whatever it does, it is gone afterwards.
 */
import type { Clock } from '../events/clock.ts';
import type { Child, ChildExit } from './child.ts';

const graceMs = 2_000;

export async function closeChild(child: Child, clock: Clock): Promise<ChildExit> {
  child.stdin.end();
  for (const name of ['SIGTERM', 'SIGKILL'] as const) {
    const ended = await exitedWithin(child, clock, graceMs);
    if (ended !== undefined) {
      // The launcher may be gone while its own children linger in the group.
      child.signal('SIGKILL');
      return ended;
    }
    child.signal(name);
  }
  return child.exited;
}

async function exitedWithin(child: Child, clock: Clock, ms: number): Promise<ChildExit | undefined> {
  let cancel = (): void => undefined;
  const late = new Promise<undefined>((resolve) => {
    cancel = clock.after(ms, () => resolve(undefined));
  });
  const first = await Promise.race([child.exited, late]);
  cancel();
  return first;
}
