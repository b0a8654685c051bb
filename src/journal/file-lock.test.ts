import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { journalErrors } from '../errors/journal-errors.ts';
import { createSimulatedClock } from '../testing/simulated-clock.ts';
import { acquireLock, isLocked, withLock } from './file-lock.ts';

async function lockPath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'massgen-lock-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'run.lock');
}

test('one holds it at a time, and the next one gets it when it is released', async () => {
  const path = await lockPath();
  const first = acquireLock(path);
  expect(first).toBeDefined();
  expect(acquireLock(path)).toBeUndefined();
  first?.release();
  first?.release();
  const second = acquireLock(path);
  expect(second).toBeDefined();
  second?.release();
});

test('asking whether it is held neither takes it nor makes the file', async () => {
  const path = await lockPath();
  expect(isLocked(path)).toBe(false);
  expect(existsSync(path)).toBe(false);
  const lock = acquireLock(path);
  expect(isLocked(path)).toBe(true);
  expect(isLocked(path)).toBe(true);
  lock?.release();
  expect(isLocked(path)).toBe(false);
});

test('it ends with the block that disposes it', async () => {
  const path = await lockPath();
  {
    using lock = acquireLock(path);
    expect(lock).toBeDefined();
    expect(isLocked(path)).toBe(true);
  }
  expect(isLocked(path)).toBe(false);
});

test('the file is for its owner only, and nothing else is left beside it', async () => {
  const path = await lockPath();
  const before = process.umask(0);
  onTestFinished(() => void process.umask(before));
  using lock = acquireLock(path);
  expect(lock).toBeDefined();
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('another process holds it until it dies, even by SIGKILL', async () => {
  const path = await lockPath();
  const program = `
    import { acquireLock } from ${JSON.stringify(new URL('./file-lock.ts', import.meta.url).href)};
    globalThis.lock = acquireLock(process.argv[1]);
    console.log(globalThis.lock === undefined ? 'refused' : 'held');
    process.stdin.resume();
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, path], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  expect(said.toString().trim()).toBe('held');
  expect(acquireLock(path)).toBeUndefined();
  expect(isLocked(path)).toBe(true);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(isLocked(path)).toBe(false);
  const lock = acquireLock(path);
  expect(lock).toBeDefined();
  lock?.release();
});

test('a place without locks is a clear error', async () => {
  const path = await lockPath();
  expect(() => acquireLock(join(path, 'missing', 'run.lock'))).toThrow(
    expect.objectContaining({ code: journalErrors.lockUnavailable.code }),
  );
  await writeFile(path, 'this was never a lock file; it is some text a person put here. '.repeat(20));
  expect(() => acquireLock(path)).toThrow(
    expect.objectContaining({ code: journalErrors.lockUnavailable.code }),
  );
});

describe('a short critical section', () => {
  test('runs while the lock is held and gives its result', async () => {
    const path = await lockPath();
    const clock = createSimulatedClock();
    const result = await withLock(path, async () => isLocked(path), { clock });
    expect(result).toBe(true);
    expect(isLocked(path)).toBe(false);
  });

  test('that throws gives the lock back', async () => {
    const path = await lockPath();
    const clock = createSimulatedClock();
    const failing = withLock(path, () => Promise.reject(new Error('inside')), { clock });
    await expect(failing).rejects.toThrow('inside');
    expect(isLocked(path)).toBe(false);
  });

  test('waits for the one before it', async () => {
    const path = await lockPath();
    const clock = createSimulatedClock();
    const order: string[] = [];
    const held = acquireLock(path);
    const waiting = withLock(path, () => order.push('second'), { clock });
    await clock.advance(500);
    order.push('first');
    held?.release();
    await clock.advance(500);
    await waiting;
    expect(order).toEqual(['first', 'second']);
  });

  test('gives up after its time with an error that names the lock', async () => {
    const path = await lockPath();
    const clock = createSimulatedClock();
    using held = acquireLock(path);
    const given = await Promise.allSettled([
      withLock(path, () => 'never', { clock, waitMs: 1_000 }),
      clock.advance(1_500),
    ]);
    expect(held).toBeDefined();
    expect(given[0]).toMatchObject({
      reason: { code: journalErrors.lockHeld.code, message: expect.stringContaining(path) as string },
    });
    expect(clock.waits()).toEqual([]);
  });
});
