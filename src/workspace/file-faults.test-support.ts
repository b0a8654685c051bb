/**
 * Processes that the system kills, or refuses something to, at one of their file operations (`strace -e inject`), so that
 * nothing can clean up before. It counts each kind of call by itself, so each kind is gone through.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Whether this machine can do it. */
export const traced = spawnSync('strace', ['-V']).error === undefined;

/** What changes a file system, and what opens a file. */
const making = 'openat,pwrite64,rename,renameat2,mkdir,fchmod,ftruncate,fsync,fdatasync,copy_file_range';
export const faults = {
  kill: { calls: `${making},write,close,unlink,unlinkat,rmdir`, fault: 'signal=SIGKILL' },
  // Not the writes: those of pipes and of the event loop are among them.
  full: { calls: making, fault: 'error=ENOSPC' },
} as const;
export type Fault = (typeof faults)[keyof typeof faults];

/**
 * An ES module that writes `ready` when everything is loaded and compiled, begins when its input says something, and
 * then writes how it ended.
 */
export interface TracedProgram {
  readonly program: string;
  readonly args: readonly string[];
  /** A directory for what is seen of it. */
  readonly base: string;
}

export interface Faulted {
  readonly killed: boolean;
  /** What it wrote after it was let go. */
  readonly said: string;
}

export interface Moment {
  readonly call: string;
  readonly nth: number;
}

/** Calls of these kinds that a thread makes: those that `chosen` picks of each kind, all without it. */
export async function momentsOf(
  what: TracedProgram,
  calls: string,
  chosen?: (count: number) => readonly number[],
): Promise<readonly Moment[]> {
  const log = join(what.base, 'calls');
  await runTraced(what, ['-o', log, '-e', `trace=${calls}`]);
  const counts = new Map<string, number>();
  for (const [, thread, call] of readFileSync(log, 'utf8').matchAll(/^(\d+) +(\w+)\(/gmu))
    counts.set(`${thread} ${call}`, (counts.get(`${thread} ${call}`) ?? 0) + 1);
  const most = new Map<string, number>();
  for (const [of, count] of counts) {
    const call = of.slice(of.indexOf(' ') + 1);
    most.set(call, Math.max(count, most.get(call) ?? 0));
  }
  return [...most].flatMap(([call, count]) => {
    const all = Array.from({ length: count }, (_, index) => index + 1);
    return [...new Set(chosen === undefined ? all : chosen(count))].map((nth) => ({ call, nth }));
  });
}

/** Runs it in a process to which it happens at that moment. */
export function runFaulted(what: TracedProgram, { fault }: Fault, { call, nth }: Moment): Promise<Faulted> {
  const inject = `inject=${call}:${fault}:when=${nth}`;
  return runTraced(what, ['-o', '/dev/null', '-e', `trace=${call}`, '-e', inject]);
}

/** Runs it in a process that `strace` looks at with these options from the moment everything is loaded. */
async function runTraced({ program, args }: TracedProgram, options: readonly string[]): Promise<Faulted> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (part: Buffer) => {
    said += part.toString();
  });
  await once(child.stdout, 'data');
  const strace = spawn('strace', ['-f', ...options, '-p', String(child.pid)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const closed = once(strace, 'close');
  await attached(strace);
  child.stdin.write('go');
  const [, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  strace.kill();
  await closed;
  return { killed: signal === 'SIGKILL', said: said.replace('ready', '').trim() };
}

function attached(strace: ChildProcess): Promise<void> {
  let said = '';
  return new Promise((done, fail) => {
    // Read to its end: a program that nobody listens to is ended by its next word.
    strace.stderr?.on('data', (part: Buffer) => {
      said += part.toString();
      if (said.includes('attached')) done();
    });
    strace.once('close', () => fail(new Error(`strace could not attach: ${said}`)));
  });
}
