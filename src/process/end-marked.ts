/**
 * Ends processes by the mark of children, wherever they went. They are killed without being asked: whoever started
 * them was asked before and is gone. One look takes about a hundredth of a millisecond a process of the system.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { findMarker, type ChildMarker } from './child-marker.ts';

export interface MarkedProcess {
  readonly pid: number;
  readonly marker: ChildMarker;
}

export interface EndedProcess extends MarkedProcess {
  /** The program and, where there is one, its script: without arguments, for these may hold keys. */
  readonly name: string;
}

/** How often to look again: a process may start another one while it is being ended. */
const maxRounds = 10;

/** All processes that carry a mark and may be looked at; those of other users may not, and the dead have none. */
export function markedProcesses(): readonly MarkedProcess[] {
  const marked: MarkedProcess[] = [];
  for (const entry of entriesOfProc()) {
    if (!/^\d+$/u.test(entry)) continue;
    const marker = findMarker(readOrNothing(`/proc/${entry}/environ`));
    if (marker !== undefined) marked.push({ pid: Number(entry), marker });
  }
  return marked;
}

/** Kills all that `belongs` chooses, and what these start meanwhile. Never throws, never ends our own process. */
export function endMarked(belongs: (candidate: MarkedProcess) => boolean): readonly EndedProcess[] {
  const ended = new Map<number, EndedProcess>();
  for (let round = 0; round < maxRounds; round += 1) {
    const before = ended.size;
    for (const candidate of markedProcesses()) {
      const { pid } = candidate;
      if (pid === process.pid || ended.has(pid) || !belongs(candidate)) continue;
      const name = programName(pid);
      if (kill(pid)) ended.set(pid, { ...candidate, name });
    }
    if (ended.size === before) break;
  }
  return [...ended.values()];
}

function kill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    // Gone meanwhile, or not ours to end, such as a program that runs as another user.
    return false;
  }
}

function programName(pid: number): string {
  const [program = '', script = ''] = readOrNothing(`/proc/${pid}/cmdline`).split('\0');
  const name = basename(program);
  return script.startsWith('/') ? `${name} ${basename(script)}` : name;
}

function entriesOfProc(): readonly string[] {
  try {
    return readdirSync('/proc');
  } catch {
    // Systems without /proc: nothing can be found.
    return [];
  }
}

function readOrNothing(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // Gone meanwhile, or of another user.
    return '';
  }
}
