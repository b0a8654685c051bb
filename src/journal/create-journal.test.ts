import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { journalErrors } from '../errors/journal-errors.ts';
import { createSimulatedClock } from '../testing/simulated-clock.ts';
import { createJournal } from './create-journal.ts';
import { createFileBlobStore } from './file-blob-store.ts';
import { readJournal } from './read-journal.ts';

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'massgen-journal-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

function optionsIn(folder: string) {
  return {
    path: join(folder, 'journal.jsonl'),
    run: 'log_20260101_000000_abcd',
    clock: createSimulatedClock(),
    blobs: createFileBlobStore(join(folder, '.store')),
  };
}

function moduleUrl(name: string): string {
  return JSON.stringify(new URL(name, import.meta.url).href);
}

test.each([0o000, 0o022, 0o077])('with umask %i the journal is for its owner only', async (umask) => {
  const folder = await emptyFolder();
  const before = process.umask(umask);
  onTestFinished(() => void process.umask(before));
  const journal = await createJournal(optionsIn(folder));
  await journal.append([{ type: 'message.user', text: 'x'.repeat(40_000) }]).durable;
  await journal.close();
  expect((await stat(join(folder, 'journal.jsonl'))).mode & 0o777).toBe(0o600);
  expect((await stat(join(folder, '.store', 'objects'))).mode & 0o777).toBe(0o700);
});

test('a journal that exists is never begun again', async () => {
  const folder = await emptyFolder();
  await writeFile(join(folder, 'journal.jsonl'), 'precious');
  await expect(createJournal(optionsIn(folder))).rejects.toMatchObject({
    code: journalErrors.storageFailed.code,
  });
  expect(await readFile(join(folder, 'journal.jsonl'), 'utf8')).toBe('precious');
});

test('each line is one JSON object with its checksum last', async () => {
  const folder = await emptyFolder();
  const journal = await createJournal(optionsIn(folder));
  await journal.append([{ type: 'message.user', text: 'hello' }]).durable;
  await journal.close();
  expect(await readFile(join(folder, 'journal.jsonl'), 'utf8')).toMatch(
    /^\{"v":1,"seq":1,"at":"2026-01-01T00:00:00\.000Z","run":"[^"]+","type":"message\.user","text":"hello","crc":"[0-9a-f]{8}"\}\n$/u,
  );
});

test('what was durable is there after SIGKILL in the middle of appending', async () => {
  const folder = await emptyFolder();
  const program = `
    import { createJournal } from ${moduleUrl('./create-journal.ts')};
    import { createFileBlobStore } from ${moduleUrl('./file-blob-store.ts')};
    const clock = { now: () => 0, monotonic: () => 0, after: () => () => undefined };
    const journal = await createJournal({ path: 'journal.jsonl', run: 'r', clock, blobs: createFileBlobStore('.store') });
    const worker = async (type) => {
      for (let size = 1; ; size = (size * 7) % 50_021) {
        const { events, durable } = journal.append([{ type, text: 'x'.repeat(size) }]);
        await durable;
        process.stdout.write(events[0].seq + '\\n');
      }
    };
    await Promise.all(['message.user', 'vote.cast', 'message.user'].map(worker));
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) {
    said += chunk;
    if (said.length > 2_000) child.kill('SIGKILL');
  }
  const last = Math.max(...said.split('\n').slice(0, -1).map(Number));
  const { path, blobs } = optionsIn(folder);
  const { events } = await readJournal(path, blobs);
  expect(last).toBeGreaterThan(100);
  expect(events.length).toBeGreaterThanOrEqual(last);
});

test('on a disk that is really full the error is clear and the journal readable up to its last entry', async ({
  skip,
}) => {
  const folder = await emptyFolder();
  const mount = 'mount -t tmpfs -o size=256k,mode=700 none "$0"';
  const probe = spawnSync('unshare', ['-Urm', 'sh', '-c', mount, folder], { encoding: 'utf8' });
  skip(probe.status !== 0, 'no tmpfs can be mounted here (unshare -Urm)');
  const program = `
    import { createJournal } from ${moduleUrl('./create-journal.ts')};
    import { createFileBlobStore } from ${moduleUrl('./file-blob-store.ts')};
    import { readJournal } from ${moduleUrl('./read-journal.ts')};
    const path = 'journal.jsonl';
    const blobs = createFileBlobStore('.store');
    const clock = { now: () => 0, monotonic: () => 0, after: () => () => undefined };
    let told = 0;
    const journal = await createJournal({ path, run: 'r', clock, blobs, onFailure: () => { told += 1; } });
    let durable = 0;
    let code;
    while (code === undefined) {
      const text = 'x'.repeat(100 + (durable * 37) % 900);
      const type = durable % 5 === 0 ? 'vote.cast' : 'message.user';
      await journal.append([{ type, text }]).durable.then(() => { durable += 1; }, (error) => { code = error.code; });
    }
    await journal.close();
    const { events, torn } = await readJournal(path, blobs);
    console.log(JSON.stringify({ code, told, durable, read: events.length, torn: torn ?? null }));
  `;
  const child = spawnSync(
    'unshare',
    [
      '-Urm',
      'sh',
      '-c',
      `${mount} && cd "$0" && exec "$1" --input-type=module -e "$2"`,
      folder,
      process.execPath,
      program,
    ],
    { encoding: 'utf8' },
  );
  expect(child.stderr).toBe('');
  const { code, told, durable, read, torn } = JSON.parse(child.stdout) as Record<string, unknown>;
  expect({ code, told, torn }).toEqual({ code: journalErrors.diskFull.code, told: 1, torn: null });
  expect(durable).toBeGreaterThan(100);
  expect(read).toBe(durable);
});
