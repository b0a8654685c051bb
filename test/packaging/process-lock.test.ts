import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { withLock } from '../../scripts/lib/process-lock.mjs';

let directory: string;
let lock: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'massgen-lock-'));
  lock = path.join(directory, 'lock');
});
afterEach(() => rmSync(directory, { recursive: true }));

const interrupted = () => withLock(lock, (held) => Promise.resolve(held.interrupted));

describe('the lock of scripts', () => {
  test('is gone after the work, however it ended', async () => {
    expect(await interrupted()).toBe(false);
    expect(existsSync(lock)).toBe(false);
    await expect(withLock(lock, () => Promise.reject(new Error('no network')))).rejects.toThrow('no network');
    expect(existsSync(lock)).toBe(false);
  });

  test('lets one work at a time', async () => {
    const seen: string[] = [];
    const work = (name: string) =>
      withLock(lock, async () => {
        seen.push(`${name} starts`);
        await new Promise((resolve) => setImmediate(resolve));
        seen.push(`${name} ends`);
      });
    await Promise.all([work('a'), work('b'), work('c')]);
    for (let index = 0; index < seen.length; index += 2) {
      expect(seen[index + 1]).toBe(seen[index]?.replace('starts', 'ends'));
    }
    expect(seen).toHaveLength(6);
  });

  test('of a process that was killed is taken over, and its work known as interrupted', async () => {
    const dead = spawnSync(process.execPath, ['-e', '']).pid;
    writeFileSync(lock, `${dead}/1\n`);
    expect(await interrupted()).toBe(true);
  });

  test('of a process whose id another has by now is taken over', async () => {
    writeFileSync(lock, `${process.pid}/1\n`);
    expect(await interrupted()).toBe(true);
  });

  test('is held as long as a child that shares it lives', async () => {
    const child = spawn('cat', { stdio: ['pipe', 'ignore', 'ignore'] });
    await withLock(lock, ({ share }) => {
      share(child.pid ?? 0);
      // As if this process were killed: only the child's line is left.
      const [, ofChild] = readFileSync(lock, 'utf8').split('\n');
      writeFileSync(`${lock}.left`, `${ofChild}\n`);
      return Promise.resolve();
    });
    writeFileSync(lock, readFileSync(`${lock}.left`));
    let waited = false;
    const taken = withLock(
      lock,
      (held) => Promise.resolve(held.interrupted),
      () => {
        waited = true;
        child.stdin.end();
      },
    );
    expect(await taken).toBe(true);
    expect(waited).toBe(true);
  });
});
