/**
 * The orderly end of a child: its input is closed, then it is asked, then it is killed, with time between. What it
 * started in its group ends with it.
 */
import type { Clock } from '../events/clock.ts';
import type { Child, ChildExit } from './child.ts';
import { settledWithin } from './settled-within.ts';

/** Between one step and the next, in milliseconds. */
const graceMs = 2_000;

/** @throws Error when the system does not let it end, such as in a hanging system call. */
export async function closeChild(child: Child, clock: Clock): Promise<ChildExit> {
  child.stdin.end();
  for (const name of ['SIGTERM', 'SIGKILL', undefined] as const) {
    const ended = await settledWithin(clock, graceMs, child.exited);
    if (ended !== undefined) return ended;
    if (name !== undefined) child.signal(name);
  }
  throw new Error(`process ${child.pid} does not end, even when killed`);
}
