/**
 * The mark in the environment of each child: who started it, and which of its children it is. What a child starts
 * inherits the mark, also when it leaves the process group, so it can be found again. A guard against accidents, not
 * against a program that clears its environment to hide.
 */
import type { ProcessOwner } from './process-owner.ts';

export const markerVariable = 'MASSGEN_CHILD';

export interface ChildMarker {
  readonly owner: ProcessOwner;
  /** One supervisor of the owner; a process may have several. Only letters and digits. */
  readonly family: string;
  /** The number of the child in its family. */
  readonly child: number;
}

export function formatMarker({ owner, family, child }: ChildMarker): string {
  return `${owner.pid}:${owner.startTime}:${owner.namespace}:${family}:${child}`;
}

/** The mark in a whole environment as `/proc` shows it: entries that end with a zero byte. */
export function findMarker(environment: string): ChildMarker | undefined {
  const found = /(?:^|\0)MASSGEN_CHILD=(\d+):(\d+):([A-Za-z0-9-]+):([A-Za-z0-9]+):(\d+)(?:\0|$)/u.exec(
    environment,
  );
  if (found === null) return undefined;
  const [, pid, startTime = '', namespace = '', family = '', child] = found;
  return { owner: { pid: Number(pid), startTime, namespace }, family, child: Number(child) };
}
