import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { expectGone, isRunning } from '../mcp/servers.test-support.ts';
import { createSimulatedClock } from '../testing/simulated-clock.ts';
import { createChildSupervisor, type ChildSupervisor } from './child-supervisor.ts';
import type { Child, LaunchSpec } from './child.ts';
import { closeChild } from './close-child.ts';
import { ownProcess, type ProcessOwner } from './process-owner.ts';

const clock = createSimulatedClock();
const random = (): string => randomBytes(6).toString('hex');

/** This process, as if in another namespace, so that tests that run at the same time do not sweep each other. */
function ownerIn(namespace: string): ProcessOwner {
  const own = ownProcess();
  if (own === undefined) throw new Error('there is no /proc');
  return { ...own, namespace };
}

function supervisor(namespace = random()): ChildSupervisor {
  const children = createChildSupervisor({ family: random(), owner: ownerIn(namespace) });
  onTestFinished(() => children.killAll());
  return children;
}

function node(code: string): LaunchSpec {
  return { command: process.execPath, args: ['-e', code], env: {}, cwd: tmpdir() };
}

/** Heeds neither the end of its input nor a request. */
const stubborn = `process.on('SIGTERM', () => undefined); setInterval(() => undefined, 1000)`;

/** Starts one more in a session of its own, which inherits nothing but the environment, and prints its pid. */
const leavesOne = (options = '') =>
  `const stray = require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(stubborn)}],
     { detached: true, stdio: 'ignore', ${options} });
   stray.unref(); console.log(stray.pid);`;

async function numbersOn(stream: NodeJS.ReadableStream): Promise<number[]> {
  for await (const chunk of stream) return String(chunk).trim().split(' ').map(Number);
  throw new Error('it said nothing');
}

async function strayOf(child: Child): Promise<number> {
  const [pid = 0] = await numbersOn(child.stdout);
  expect(isRunning(pid)).toBe(true);
  return pid;
}

test('what left the group of a child ends when the child is closed', async () => {
  const child = await supervisor().spawn(node(`${leavesOne()} process.stdin.resume()`));
  const stray = await strayOf(child);
  await closeChild(child, clock);
  await expectGone(clock, stray);
});

test('what left the group ends also with a child that ends by itself', async () => {
  const child = await supervisor().spawn(node(leavesOne()));
  const stray = await strayOf(child);
  await child.exited;
  await expectGone(clock, stray);
});

test('other children of the same process are left alone, whoever supervises them', async () => {
  const children = supervisor();
  const ending = await children.spawn(node(`${leavesOne()} process.stdin.resume()`));
  const others = [
    await children.spawn(node(`${leavesOne()} process.stdin.resume()`)),
    await supervisor().spawn(node(`${leavesOne()} process.stdin.resume()`)),
  ];
  const strays = await Promise.all(others.map(strayOf));
  const stray = await strayOf(ending);
  await closeChild(ending, clock);
  await expectGone(clock, stray);
  // Dying takes a moment: a whole other child comes and goes meanwhile.
  await (
    await supervisor().spawn(node(''))
  ).exited;
  expect(strays.map(isRunning)).toEqual([true, true]);
});

test('children that end at the same time are cleaned up after together', async () => {
  const children = supervisor();
  const all = await Promise.all(
    Array.from({ length: 4 }, () => children.spawn(node(`${leavesOne()} process.stdin.resume()`))),
  );
  const strays = await Promise.all(all.map(strayOf));
  await Promise.all(all.map((child) => closeChild(child, clock)));
  for (const stray of strays) await expectGone(clock, stray);
});

test('a stray that cleared its environment is not found: the mark is no wall', async () => {
  const children = supervisor();
  const child = await children.spawn(node(leavesOne('env: {}')));
  const stray = await strayOf(child);
  onTestFinished(() => void process.kill(stray, 'SIGKILL'));
  await child.exited;
  children.killAll();
  expect(isRunning(stray)).toBe(true);
});

interface OtherRun {
  readonly pid: number;
  /** The shell it was started from. */
  readonly shell: number;
  /** A child, and what that one started in a session of its own. */
  readonly child: number;
  readonly stray: number;
}

/** Another process of this program, started from a shell, with a child that heeds nothing. */
async function startOtherRun(namespace: string, environment: NodeJS.ProcessEnv = {}): Promise<OtherRun> {
  const file = (name: string): string => JSON.stringify(path.join(import.meta.dirname, name));
  const code = `
    const { createChildSupervisor } = await import(${file('child-supervisor.ts')});
    const { ownProcess } = await import(${file('process-owner.ts')});
    const owner = { ...ownProcess(), namespace: ${JSON.stringify(namespace)} };
    const children = createChildSupervisor({ family: 'other', owner });
    process.once('exit', () => children.killAll());
    process.once('SIGTERM', () => process.exit(0));
    const child = await children.spawn({
      command: process.execPath, args: ['-e', ${JSON.stringify(`${leavesOne()} ${stubborn}`)}], env: {}, cwd: '/',
    });
    child.stdout.on('data', (stray) => console.log(process.pid, child.pid, Number(stray)));`;
  const shell = spawn(
    'sh',
    ['-c', '"$0" "$@"; exit 0', process.execPath, '--input-type=module', '-e', code],
    {
      // It would say that it was killed.
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, ...environment },
    },
  );
  const [pid = 0, child = 0, stray = 0] = await numbersOn(shell.stdout);
  onTestFinished(() => {
    for (const left of [pid, child, stray].filter(isRunning)) process.kill(left, 'SIGKILL');
  });
  return { pid, shell: shell.pid ?? 0, child, stray };
}

async function killRun(run: OtherRun): Promise<void> {
  process.kill(run.pid, 'SIGKILL');
  await expectGone(clock, run.pid);
  expect([run.child, run.stray].map(isRunning)).toEqual([true, true]);
}

test('killAll leaves nothing, though the process ends in the same moment', async () => {
  const run = await startOtherRun(random());
  process.kill(run.pid, 'SIGTERM');
  for (const pid of [run.pid, run.child, run.stray]) await expectGone(clock, pid);
});

test('the first spawn after a run was killed ends what that one left behind', async () => {
  const namespace = random();
  const run = await startOtherRun(namespace);
  await killRun(run);
  await supervisor(namespace).spawn(node(''));
  await expectGone(clock, run.child);
  await expectGone(clock, run.stray);
});

test('a sweep says what it ended, by program and without arguments, and only once', async () => {
  const namespace = random();
  const run = await startOtherRun(namespace);
  await killRun(run);
  const children = supervisor(namespace);
  await children.spawn(node(''));
  expect(children.sweep().toSorted((a, b) => a.pid - b.pid)).toEqual(
    [run.child, run.stray].toSorted((a, b) => a - b).map((pid) => ({ pid, name: 'node', owner: run.pid })),
  );
  expect(children.sweep()).toEqual([]);
});

test('what belongs to a run that lives is not touched, though another one left orphans', async () => {
  const namespace = random();
  const [killed, living] = await Promise.all([startOtherRun(namespace), startOtherRun(namespace)]);
  await killRun(killed);
  const swept = supervisor(namespace)
    .sweep()
    .map(({ pid }) => pid);
  expect(swept.toSorted()).toEqual([killed.child, killed.stray].toSorted());
  expect([living.pid, living.child, living.stray].map(isRunning)).toEqual([true, true, true]);
});

test('what belongs to another namespace of processes is not touched: its owner cannot be judged from here', async () => {
  const run = await startOtherRun(random());
  await killRun(run);
  expect(supervisor().sweep()).toEqual([]);
  expect([run.child, run.stray].map(isRunning)).toEqual([true, true]);
});

test('a number that the system gave out again does not keep orphans alive', async () => {
  const namespace = random();
  const former = createChildSupervisor({
    family: random(),
    owner: { ...ownerIn(namespace), startTime: '1' },
  });
  const child = await former.spawn(node(stubborn));
  expect(supervisor(namespace).sweep()).toEqual([{ pid: child.pid, name: 'node', owner: process.pid }]);
  expect(await child.exited).toEqual({ code: null, signal: 'SIGKILL' });
});

test('neither a run that lives nor what it was started from is ended, though both are orphans themselves', async () => {
  const namespace = random();
  const marks = { MASSGEN_CHILD: `1:1:${namespace}:gone:1` };
  const run = await startOtherRun(namespace, marks);
  expect(supervisor(namespace).sweep()).toEqual([]);
  expect([run.shell, run.pid, run.child, run.stray].map(isRunning)).toEqual([true, true, true, true]);
});
