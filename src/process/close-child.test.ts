import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { expect, onTestFinished, test } from 'vitest';
import { expectGone } from '../mcp/servers.test-support.ts';
import { createSimulatedClock } from '../testing/simulated-clock.ts';
import { createChildSupervisor } from './child-supervisor.ts';
import type { Child } from './child.ts';
import { closeChild } from './close-child.ts';

async function startNode(code: string): Promise<Child> {
  const children = createChildSupervisor({ family: randomBytes(6).toString('hex') });
  onTestFinished(() => children.killAll());
  const child = await children.spawn({
    command: process.execPath,
    args: ['-e', `${code}; console.log('ready')`],
    env: {},
    cwd: tmpdir(),
  });
  await new Promise((resolve) => {
    child.stdout.once('data', resolve);
  });
  return child;
}

test('a child that ends with its input is not asked twice', async () => {
  const clock = createSimulatedClock();
  const child = await startNode(
    `process.on('SIGTERM', () => process.exit(9)); process.stdin.resume().on('end', () => process.exit(5))`,
  );
  expect(await closeChild(child, clock)).toEqual({ code: 5, signal: null });
  expect(clock.waits()).toEqual([]);
});

test('a child that does not heed its input gets SIGTERM after two seconds', async () => {
  const clock = createSimulatedClock();
  const child = await startNode(
    `process.on('SIGTERM', () => process.exit(6)); setInterval(() => undefined, 1000)`,
  );
  const closing = closeChild(child, clock);
  expect(clock.waits()).toEqual([2_000]);
  await clock.advance(1_999);
  expect(clock.waits()).toEqual([1]);
  await clock.advance(1);
  expect(await closing).toEqual({ code: 6, signal: null });
});

test('a child that heeds nothing is killed after four seconds', async () => {
  const clock = createSimulatedClock();
  const child = await startNode(`process.on('SIGTERM', () => undefined); setInterval(() => undefined, 1000)`);
  const closing = closeChild(child, clock);
  await clock.advance(4_000);
  expect(await closing).toEqual({ code: null, signal: 'SIGKILL' });
  await expectGone(clock, child.pid);
});

test('a child that has ended already is closed at once', async () => {
  const clock = createSimulatedClock();
  const child = await startNode('process.exitCode = 1');
  await child.exited;
  expect(await closeChild(child, clock)).toEqual({ code: 1, signal: null });
});

test('a child that not even SIGKILL ends does not hold us up for ever', async () => {
  const clock = createSimulatedClock();
  const sent: string[] = [];
  const real = await startNode('0');
  const child: Child = {
    ...real,
    exited: new Promise(() => undefined),
    signal: (name) => {
      sent.push(name);
      return true;
    },
  };
  const closing = closeChild(child, clock);
  const failed = expect(closing).rejects.toThrow(`process ${child.pid} does not end`);
  await clock.advance(6_000);
  await failed;
  expect(sent).toEqual(['SIGTERM', 'SIGKILL']);
});
