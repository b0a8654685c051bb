/**
 * A process of this program as its children know it. A number alone says little, because the system gives it out
 * again; with the time of its start it is one process only, and with its namespace it is not mixed up with the same
 * numbers in a container.
 */
import { readlinkSync } from 'node:fs';
import { processStatus } from './process-status.ts';

export interface ProcessOwner {
  readonly pid: number;
  /** As the system counts it, in ticks since it was booted. */
  readonly startTime: string;
  /** Names the pid namespace; only letters, digits and dashes. */
  readonly namespace: string;
}

/** Undefined where there is no `/proc` (macOS, Windows), or one that shows other processes than those around us. */
export function ownProcess(): ProcessOwner | undefined {
  try {
    // In a namespace of its own with the old /proc still in place, the numbers there are not ours.
    if (readlinkSync('/proc/self') !== String(process.pid)) return undefined;
    const namespace = /\d+/u.exec(readlinkSync('/proc/self/ns/pid'))?.[0];
    const status = processStatus(process.pid);
    if (namespace === undefined || status === undefined) return undefined;
    return { pid: process.pid, startTime: status.startTime, namespace };
  } catch {
    // No such files: nothing here can be looked up, and callers do without.
    return undefined;
  }
}
