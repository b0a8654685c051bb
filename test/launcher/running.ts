/** A started program whose output is read line by line, and whose end can be awaited. */
import { spawn } from 'node:child_process';
import type { SpawnOptions } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly pid: number;
  /** The next line of output, parsed as JSON. */
  line(): Promise<Readonly<Record<string, unknown>>>;
  readonly ended: Promise<Ended>;
}

export function start(program: string, args: readonly string[], options: SpawnOptions = {}): Running {
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const { pid, stdout, stderr } = child;
  if (pid === undefined || stdout === null || stderr === null) throw new Error(`${program} did not start`);
  const text = { stdout: '', stderr: '' };
  stdout.setEncoding('utf8').on('data', (chunk: string) => (text.stdout += chunk));
  stderr.setEncoding('utf8').on('data', (chunk: string) => (text.stderr += chunk));
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  return {
    pid,
    line: async () => {
      const next = await lines.next();
      if (next.done === true) throw new Error(`${program} ended early: ${text.stderr}`);
      return JSON.parse(next.value) as Readonly<Record<string, unknown>>;
    },
    ended: new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve({ code, signal, ...text }));
    }),
  };
}

/** Whether a process runs; one that ended and was not yet reaped counts as ended. */
export function isRunning(pid: number): boolean {
  if (!existsSync(`/proc/${pid}`)) return false;
  return processFields(pid)[0] !== 'Z';
}

export function parentOf(pid: number): number {
  return Number(processFields(pid)[1]);
}

function processFields(pid: number): readonly string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}
