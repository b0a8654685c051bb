import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { expectGone, isRunning } from '../mcp/servers.test-support.ts';
import { createSimulatedClock } from '../testing/simulated-clock.ts';
import { createChildSupervisor, type ChildSupervisor } from './child-supervisor.ts';
import type { Child, LaunchSpec } from './child.ts';

function supervisor(): ChildSupervisor {
  const children = createChildSupervisor({ family: randomBytes(6).toString('hex') });
  onTestFinished(() => children.killAll());
  return children;
}

function node(code: string, more: Partial<LaunchSpec> = {}): LaunchSpec {
  return { command: process.execPath, args: ['-e', code], env: {}, cwd: tmpdir(), ...more };
}

/** A child that starts one of its own, which outlives it, and prints that one's pid. */
function parentOf(code: string, after: string): LaunchSpec {
  return node(
    `const child = require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(code)}], { stdio: 'inherit' });
     console.log(child.pid); ${after}`,
  );
}

async function firstNumber(child: Child): Promise<number> {
  for await (const chunk of child.stdout) return Number.parseInt(String(chunk), 10);
  throw new Error('it said nothing');
}

const stays = 'setInterval(() => undefined, 1000)';

test('a child leads a process group of its own, away from the terminal', async () => {
  const child = await supervisor().spawn(node(stays));
  const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8')
    .replace(/^.*\) /u, '')
    .split(' ');
  const [, , group, session] = fields.map(Number);
  expect({ group, session }).toEqual({ group: child.pid, session: child.pid });
});

test('a child has exactly the environment it was given, and the mark of whose it is', async () => {
  const child = await supervisor().spawn(
    node('console.log(JSON.stringify(process.env))', { env: { ONLY: 'this' } }),
  );
  const { MASSGEN_CHILD, ...given } = JSON.parse(await text(child.stdout)) as Record<string, string>;
  expect(given).toEqual({ ONLY: 'this' });
  expect(MASSGEN_CHILD).toMatch(new RegExp(`^${process.pid}:\\d+:\\d+:[0-9a-f]+:1$`, 'u'));
});

test('arguments reach the child as they are, without a shell', async () => {
  const child = await supervisor().spawn({
    ...node(''),
    args: ['-e', 'console.log(process.argv[1])', '$(id); `id` && "x" *'],
  });
  expect(await text(child.stdout)).toBe('$(id); `id` && "x" *\n');
});

test('a program that does not exist rejects with ENOENT', async () => {
  await expect(supervisor().spawn(node('', { command: 'no-such-program-anywhere' }))).rejects.toMatchObject({
    code: 'ENOENT',
  });
});

test('a file that may not be executed rejects with EACCES', async () => {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'massgen-')), 'program');
  writeFileSync(file, '#!/bin/sh\n', { mode: 0o600 });
  await expect(supervisor().spawn(node('', { command: file }))).rejects.toMatchObject({ code: 'EACCES' });
});

test('arguments no program can be given reject, and nothing is thrown past the caller', async () => {
  await expect(supervisor().spawn(node('', { args: ['with\0zero'] }))).rejects.toThrow(/null bytes/u);
});

test('the exit says code or signal', async () => {
  const children = supervisor();
  const ending = await children.spawn(node('process.exit(7)'));
  const killed = await children.spawn(node(stays));
  killed.signal('SIGKILL');
  expect(await ending.exited).toEqual({ code: 7, signal: null });
  expect(await killed.exited).toEqual({ code: null, signal: 'SIGKILL' });
});

test('writing to a child that has ended does not end us', async () => {
  const child = await supervisor().spawn(node('process.exit(0)'));
  await child.exited;
  const failed = new Promise((resolve) => {
    child.stdin.write('x'.repeat(1_000_000), resolve);
  });
  expect(await failed).toBeInstanceOf(Error);
});

test('what a child leaves behind in its group ends with it', async () => {
  const clock = createSimulatedClock();
  const child = await supervisor().spawn(parentOf(stays, 'setTimeout(() => process.exit(0), 50)'));
  const left = await firstNumber(child);
  expect(isRunning(left)).toBe(true);
  await child.exited;
  await expectGone(clock, left);
});

test('signals reach the whole group while it lives, and nobody afterwards', async () => {
  const clock = createSimulatedClock();
  const child = await supervisor().spawn(parentOf(stays, stays));
  const grandchild = await firstNumber(child);
  expect(child.signal('SIGTERM')).toBe(true);
  await child.exited;
  await expectGone(clock, grandchild);
  expect(child.signal('SIGKILL')).toBe(false);
});

test('killAll ends all groups at once, also those of children that ignore SIGTERM', async () => {
  const clock = createSimulatedClock();
  const children = supervisor();
  const stubborn = await children.spawn(parentOf(`process.on('SIGTERM', () => 0); ${stays}`, stays));
  const plain = await children.spawn(node(stays));
  const grandchild = await firstNumber(stubborn);
  children.killAll();
  await Promise.all([stubborn.exited, plain.exited]);
  await expectGone(clock, grandchild);
  children.killAll();
});
