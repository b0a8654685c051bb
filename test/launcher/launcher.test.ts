import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { spawn as spawnPty } from '@lydell/node-pty';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { findOldNode } from './old-node.ts';
import { isRunning, parentOf, start } from './running.ts';
import { createStandInPackage } from './stand-in-package.ts';
import type { StandInPackage } from './stand-in-package.ts';

const old = findOldNode();
const { version } = JSON.parse(
  readFileSync(path.resolve(import.meta.dirname, '../../package.json'), 'utf8'),
) as { readonly version: string };

let installed: StandInPackage;
beforeAll(() => {
  installed = createStandInPackage();
});
afterAll(() => installed[Symbol.dispose]());

/** Runs the launcher on `node` to its end. */
const run = (node: string, ...args: readonly string[]) => start(node, [installed.massgen, ...args]).ended;

const expectGone = (...pids: readonly number[]) =>
  vi.waitFor(() => expect(pids.filter(isRunning)).toEqual([]), { timeout: 20_000, interval: 20 });

describe.each([
  { title: 'on Node 24', node: process.execPath, missing: undefined },
  { title: 'on an older Node', node: old.path, missing: old.path === undefined ? old.missing : undefined },
])('massgen $title', ({ node = '', missing }) => {
  beforeEach(({ skip }) => skip(missing !== undefined, missing));

  test('prints its version', async () => {
    expect(await run(node, '--version')).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  test('runs main on Node 24 with the arguments as given', async () => {
    const report = start(node, [installed.massgen, 'report', '--version', 'two words', '*', '']);
    expect(await report.line()).toEqual({
      args: ['--version', 'two words', '*', ''],
      node: expect.stringMatching(/^(2[4-9]|[3-9]\d)\./) as string,
      tty: false,
    });
    expect(await report.ended).toMatchObject({ code: 0, stderr: '' });
  });

  test('gives main its standard input, piped or the terminal', async () => {
    const piped = spawnSync(node, [installed.massgen, 'echo'], { input: 'from a pipe', encoding: 'utf8' });
    expect(piped).toMatchObject({ status: 0, stdout: 'from a pipe' });
    const terminal = spawnPty(node, [installed.massgen, 'report'], {});
    const screen = await new Promise<string>((resolve) => {
      let shown = '';
      terminal.onData((data) => (shown += data));
      terminal.onExit(() => resolve(shown));
    });
    expect(screen).toContain('"tty":true');
  });

  test('ends with the exit status main returns', async () => {
    expect(await run(node, 'exit', '0')).toMatchObject({ code: 0, signal: null });
    expect(await run(node, 'exit', '6')).toMatchObject({ code: 6, signal: null });
  });

  test('writes all output to a pipe before it ends', async () => {
    const { stdout, code } = await run(node, 'flood', '5000000');
    expect({ length: stdout.length, code }).toEqual({ length: 5_000_000, code: 3 });
  });

  test('dies of the signal main died of', async () => {
    expect(await run(node, 'die', 'SIGTERM')).toMatchObject({ signal: 'SIGTERM' });
    expect(await run(node, 'die', 'SIGKILL')).toMatchObject({ signal: 'SIGKILL' });
  });

  test('hands each signal to main once', async () => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      // Without a terminal: in the foreground of one, a SIGINT is taken for its Ctrl-C, which reached main already.
      const main = start(node, [installed.massgen, 'signals', '2', signal], { detached: true });
      await main.line();
      process.kill(main.pid, signal);
      expect(await main.line()).toEqual({ signal });
      process.kill(main.pid, signal);
      expect(await main.ended).toMatchObject({ code: 0 });
    }
  });

  test('hands Ctrl-C at a terminal to main once, also when standard input is a file', async () => {
    for (const input of ['/dev/tty', '/dev/null']) {
      const terminal = spawnPty(
        '/bin/sh',
        ['-c', `exec '${node}' '${installed.massgen}' signals 2 SIGINT SIGTERM <${input}`],
        {},
      );
      let screen = '';
      terminal.onData((data) => (screen += data));
      const ended = new Promise<number>((resolve) => {
        terminal.onExit(({ exitCode }) => resolve(exitCode));
      });
      const seen = (text: string) => vi.waitFor(() => expect(screen).toContain(text), { timeout: 20_000 });
      await seen('ready');
      terminal.write('\u0003');
      await seen('SIGINT');
      process.kill(terminal.pid, 'SIGTERM');
      expect(await ended).toBe(0);
      expect(screen.match(/"signal":"SIG\w+"/g)).toEqual(['"signal":"SIGINT"', '"signal":"SIGTERM"']);
    }
  });

  test('says how to compile a copy that was never compiled', async () => {
    using fresh = createStandInPackage({ compiled: false });
    const { code, stdout, stderr } = await start(node, [fresh.massgen, 'report']).ended;
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(
      `massgen: this copy was never compiled.\nRun: npm --prefix '${fresh.directory}' run build\n`,
    );
  });

  test('runs where the cache for compiled code cannot be written', async () => {
    const notADirectory = path.join(installed.directory, 'package.json');
    const main = start(node, [installed.massgen, 'exit', '4'], {
      env: { ...process.env, XDG_CACHE_HOME: notADirectory },
    });
    expect(await main.ended).toMatchObject({ code: 4, stderr: '' });
    const homeless = start(node, [installed.massgen, 'exit', '4'], { env: { PATH: process.env['PATH'] } });
    expect(await homeless.ended).toMatchObject({ code: 4, stderr: '' });
  });
});

describe('the launcher on an older Node', () => {
  const node = old.path ?? '';
  beforeEach(({ skip }) => skip(old.path === undefined, old.missing));

  test('leaves no process behind when it is killed', async () => {
    const main = start(node, [installed.massgen, 'parent']);
    const { ready, child, linkInherited } = await main.line();
    expect(linkInherited).toBe(false);
    expect(parentOf(Number(ready))).toBe(main.pid);
    process.kill(main.pid, 'SIGKILL');
    await expectGone(main.pid, Number(ready), Number(child));
  });

  test('leaves no process behind when main ignores the request to end', async () => {
    const main = start(node, [installed.massgen, 'stubborn']);
    const { ready } = await main.line();
    process.kill(main.pid, 'SIGKILL');
    expect(await main.line()).toEqual({ signal: 'SIGTERM' });
    await expectGone(main.pid, Number(ready));
  });

  test('names both versions and a command to run when Node 24 is missing', async () => {
    using bare = createStandInPackage({ withNode: false });
    const { code, stdout, stderr } = await start(node, [bare.massgen, 'demo', "it's"]).ended;
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    const [first, command, ...rest] = stderr.split('\n');
    expect(first).toMatch(
      /^massgen: needs Node 24 or newer; this is Node (1|2[0-3])\d*\.\S+, and no Node 24 is/,
    );
    expect(command).toBe(`Run: npx -y -p node@24 node ${bare.massgen} demo 'it'\\''s'`);
    expect(rest).toEqual(['']);
  });

  test('uses no Node beside it that is too old, absent or no program', async () => {
    using bare = createStandInPackage({ withNode: false });
    const wrong = path.join(bare.directory, 'node_modules/node');
    mkdirSync(path.join(wrong, 'bin'), { recursive: true });
    writeFileSync(path.join(wrong, 'package.json'), JSON.stringify({ name: 'node', version: '20.1.0' }));
    symlinkSync(node, path.join(wrong, 'bin/node'));
    expect((await start(node, [bare.massgen, 'report']).ended).stderr).toMatch(/needs Node 24/);
    writeFileSync(path.join(wrong, 'package.json'), JSON.stringify({ name: 'node', version: '24.1.0' }));
    rmSync(path.join(wrong, 'bin/node'));
    expect((await start(node, [bare.massgen, 'report']).ended).stderr).toMatch(/needs Node 24/);
    mkdirSync(path.join(wrong, 'bin/node'));
    const { code, stderr } = await start(node, [bare.massgen, 'report']).ended;
    expect({ code, lines: stderr.split('\n').length }).toEqual({ code: 1, lines: 2 });
    expect(stderr).toMatch(/^massgen: could not start .*\/node_modules\/node\/bin\/node: /);
  });
});
