import { spawn as spawnPty } from '@lydell/node-pty';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { isRunning, parentOf, start } from '../launcher/running.ts';
import type { Running } from '../launcher/running.ts';
import { createProjectCopy } from './project-copy.ts';
import type { ProjectCopy } from './project-copy.ts';

let copy: ProjectCopy;
beforeAll(() => {
  copy = createProjectCopy();
});
afterAll(() => copy[Symbol.dispose]());

/** Without a terminal, as in the foreground of one a signal may come from it and is not handed on. */
const npmStart = (...args: readonly string[]): Running =>
  start('npm', ['start', '--silent', '--', ...args], { cwd: copy.directory, detached: true });

const expectGone = (...pids: readonly number[]) =>
  vi.waitFor(() => expect(pids.filter(isRunning)).toEqual([]), { timeout: 30_000, interval: 50 });

describe('npm start', () => {
  test('compiles, runs the demonstration with the arguments and ends with its status', async () => {
    const report = npmStart('report', '--flag', 'two words');
    expect(await report.line()).toMatchObject({ args: ['--flag', 'two words'] });
    expect(await report.ended).toMatchObject({ code: 0 });
    expect(await npmStart('exit', '6').ended).toMatchObject({ code: 6 });
  });

  test('leaves no process behind when npm is killed', async () => {
    const npm = npmStart('stubborn');
    const { ready } = await npm.line();
    const script = parentOf(Number(ready));
    process.kill(npm.pid, 'SIGKILL');
    await expectGone(npm.pid, script, Number(ready));
  });

  test('leaves no process behind when the script between npm and massgen is killed', async () => {
    const npm = npmStart('stubborn');
    const { ready } = await npm.line();
    const script = parentOf(Number(ready));
    process.kill(script, 'SIGKILL');
    await expectGone(npm.pid, script, Number(ready));
  });

  test('hands a signal to npm on to massgen once', async () => {
    const npm = npmStart('signals', '2', 'SIGTERM', 'SIGINT');
    await npm.line();
    process.kill(npm.pid, 'SIGINT');
    expect(await npm.line()).toEqual({ signal: 'SIGINT' });
    process.kill(npm.pid, 'SIGTERM');
    expect(await npm.line()).toEqual({ signal: 'SIGTERM' });
    await npm.ended;
  });

  test('hands Ctrl-C at a terminal to massgen once, though npm passes it on as well', async () => {
    const npm = spawnPty('npm', ['start', '--silent', '--', 'signals', '3', 'SIGINT'], {
      cwd: copy.directory,
    });
    let screen = '';
    npm.onData((data) => (screen += data));
    const count = () => screen.match(/"signal":"SIGINT"/g)?.length ?? 0;
    const ended = new Promise<number>((resolve) => {
      npm.onExit(({ exitCode }) => resolve(exitCode));
    });
    await vi.waitFor(() => expect(screen).toContain('ready'), { timeout: 30_000 });
    for (const presses of [1, 2, 3]) {
      npm.write('\u0003');
      await vi.waitFor(() => expect(count()).toBe(presses), { timeout: 30_000 });
    }
    await ended;
    expect(count()).toBe(3);
  });
});
