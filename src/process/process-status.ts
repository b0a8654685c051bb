/** What the system says about one process. */
import { readFileSync } from 'node:fs';

export interface ProcessStatus {
  readonly parent: number;
  /** False for one that has ended and was not collected yet; in containers nobody may ever do that. */
  readonly running: boolean;
  /** In ticks since the system was booted. */
  readonly startTime: string;
}

/** Undefined when there is no such process, or it is hidden from us. */
export function processStatus(pid: number): ProcessStatus | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    // It is gone: processes may end between any two looks.
    return undefined;
  }
  // The name stands in brackets and may itself hold brackets and spaces; field 3 comes after the last one.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, parent] = fields;
  const startTime = fields[19];
  if (state === undefined || parent === undefined || startTime === undefined) return undefined;
  return { parent: Number(parent), running: state !== 'Z' && state !== 'X', startTime };
}
