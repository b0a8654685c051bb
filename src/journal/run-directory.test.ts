import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { journalErrors } from '../errors/journal-errors.ts';
import type { IdSource } from '../events/id-source.ts';
import { createSimulatedClock } from '../testing/simulated-clock.ts';
import { createRunDirectory, openRunDirectory } from './run-directory.ts';

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'massgen-runs-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Gives the named hex values in turn, the last one for ever. */
function idsOf(...hex: readonly string[]): IdSource {
  let used = 0;
  return {
    next: (prefix) => `${prefix}_1`,
    hex: () => {
      used += 1;
      return hex[Math.min(used, hex.length) - 1] as string;
    },
  };
}

function timeZone(zone: string): void {
  const before = process.env['TZ'];
  process.env['TZ'] = zone;
  onTestFinished(() => {
    if (before === undefined) delete process.env['TZ'];
    else process.env['TZ'] = before;
  });
}

const clock = createSimulatedClock(Date.UTC(2026, 0, 31, 22, 5, 9));
const mode = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

test('a run gets its own directory, named by local time, in a logs directory git does not see', async () => {
  timeZone('Asia/Tokyo');
  const logs = join(await emptyFolder(), 'massgen_logs');
  const directory = await createRunDirectory(logs, clock, idsOf('a1b2'));
  expect(directory.id).toBe('log_20260201_070509_a1b2');
  expect(directory.path).toBe(join(logs, directory.id));
  expect(await readFile(join(logs, '.gitignore'), 'utf8')).toBe('*\n');
  expect(await readdir(directory.path)).toEqual([]);
});

test('its names are absolute paths inside it, and the store is shared', async () => {
  const logs = await emptyFolder();
  const one = await createRunDirectory(logs, clock, idsOf('0001'));
  const two = await createRunDirectory(logs, clock, idsOf('0002'));
  const { journal, runFile, resultFile, log, agentOutputs, views, workspaces, mcp, path } = one;
  expect([journal, runFile, resultFile, log, agentOutputs, views, workspaces, mcp, one.final('a')]).toEqual(
    [
      'journal.jsonl',
      'run.json',
      'result.json',
      'massgen.log',
      'agent_outputs',
      'views',
      'workspaces',
      'mcp',
      'final/a',
    ].map((name) => join(path, name)),
  );
  expect(one.store).toBe(join(logs, '.store'));
  expect(two.store).toBe(one.store);
});

test.each([0o000, 0o022, 0o077])('with umask %i all of it is for its owner only', async (umask) => {
  const logs = join(await emptyFolder(), 'deep', 'massgen_logs');
  const before = process.umask(umask);
  onTestFinished(() => void process.umask(before));
  const { path } = await createRunDirectory(logs, clock, idsOf('a1b2'));
  expect(await Promise.all([logs, path, join(logs, '.gitignore')].map(mode))).toEqual([0o700, 0o700, 0o600]);
});

test('two runs of the same second never share a directory', async () => {
  const logs = await emptyFolder();
  const runs = await Promise.all([
    createRunDirectory(logs, clock, idsOf('aaaa', 'bbbb')),
    createRunDirectory(logs, clock, idsOf('aaaa', 'cccc')),
    createRunDirectory(logs, clock, idsOf('aaaa', 'dddd')),
  ]);
  expect(new Set(runs.map(({ path }) => path)).size).toBe(3);
});

test('when no name is free it says so instead of trying for ever', async () => {
  const logs = await emptyFolder();
  await createRunDirectory(logs, clock, idsOf('aaaa'));
  await expect(createRunDirectory(logs, clock, idsOf('aaaa'))).rejects.toMatchObject({
    code: journalErrors.runNameTaken.code,
  });
});

test('a logs directory that exists keeps its mode and its .gitignore', async () => {
  const logs = await emptyFolder();
  await chmod(logs, 0o755);
  await writeFile(join(logs, '.gitignore'), '!keep\n');
  await createRunDirectory(logs, clock, idsOf('aaaa'));
  expect(await mode(logs)).toBe(0o755);
  expect(await readFile(join(logs, '.gitignore'), 'utf8')).toBe('!keep\n');
});

describe('a logs directory that must not be used', () => {
  test('everybody may write to it', async () => {
    const logs = await emptyFolder();
    await chmod(logs, 0o777);
    await expect(createRunDirectory(logs, clock, idsOf('aaaa'))).rejects.toMatchObject({
      code: journalErrors.logsDirectoryUnsafe.code,
      exitCode: 2,
    });
    expect(await readdir(logs)).toEqual([]);
  });

  test('it belongs to somebody else', async () => {
    const logs = process.getuid?.() === 0 ? await emptyFolder() : '/usr';
    if (logs !== '/usr') await chown(logs, 12_345, 12_345);
    await expect(createRunDirectory(logs, clock, idsOf('aaaa'))).rejects.toMatchObject({
      code: journalErrors.logsDirectoryUnsafe.code,
      message: expect.stringContaining(`${logs} belongs to user`) as string,
    });
  });

  test('it cannot be written', async () => {
    await expect(createRunDirectory('/sys/massgen_logs', clock, idsOf('aaaa'))).rejects.toMatchObject({
      code: journalErrors.notPermitted.code,
      message: expect.stringContaining('/sys/massgen_logs') as string,
    });
  });

  test('it is a file', async () => {
    const logs = join(await emptyFolder(), 'file');
    await writeFile(logs, '');
    await expect(createRunDirectory(logs, clock, idsOf('aaaa'))).rejects.toMatchObject({
      code: journalErrors.storageFailed.code,
    });
  });

  test('its path is too long', async () => {
    const logs = join(await emptyFolder(), 'x/'.repeat(2_500));
    await expect(createRunDirectory(logs, clock, idsOf('aaaa'))).rejects.toThrow('ENAMETOOLONG');
  });
});

describe('opening', () => {
  test('the directory of a run gives the same names as when it was made', async () => {
    const logs = await emptyFolder();
    const { final: _, ...made } = await createRunDirectory(logs, clock, idsOf('aaaa'));
    await writeFile(made.journal, '');
    expect(await openRunDirectory(made.path)).toMatchObject(made);
  });

  test.each(['missing', 'empty', 'file'])('what is no run is refused (%s)', async (name) => {
    const folder = await emptyFolder();
    await mkdir(join(folder, 'empty'));
    await writeFile(join(folder, 'file'), '');
    await expect(openRunDirectory(join(folder, name))).rejects.toMatchObject({
      code: journalErrors.runNotFound.code,
    });
  });

  test('a run others may have written to is refused', async () => {
    const { path, journal } = await createRunDirectory(await emptyFolder(), clock, idsOf('aaaa'));
    await writeFile(journal, '');
    await chmod(path, 0o777);
    await expect(openRunDirectory(path)).rejects.toMatchObject({
      code: journalErrors.logsDirectoryUnsafe.code,
    });
  });
});
