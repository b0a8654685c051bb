/** Several processes that publish into one store at the same time, as runs side by side do. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { createContentSnapshotStore } from './content-snapshot-store.ts';
import { contentOf, temporaryDirectory, writeFiles } from './file-tree.test-support.ts';

const program = `
  import { writeFileSync } from 'node:fs';
  const { createContentSnapshotStore } = await import(process.argv[1]);
  const [store, workspace, label] = process.argv.slice(2);
  const snapshots = createContentSnapshotStore({ directory: store });
  const ids = [];
  for (let round = 0; round < 12; round += 1) {
    // The same for all, so that all want to store the same contents at the same time.
    for (let n = 0; n < 40; n += 1) writeFileSync(workspace + '/f' + n, 'round ' + round + ' ' + n);
    writeFileSync(workspace + '/own', label + round);
    ids.push((await snapshots.publish(workspace)).id);
  }
  await snapshots.secure();
  process.stdout.write(JSON.stringify(ids));
`;

async function publishing(store: string, workspace: string, label: string): Promise<readonly string[]> {
  const module = resolve(import.meta.dirname, 'content-snapshot-store.ts');
  const args = ['--input-type=module', '--eval', program, module, store, workspace, label];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (part: Buffer) => {
    text += part.toString();
  });
  await once(child, 'close');
  return JSON.parse(text) as readonly string[];
}

test('none disturbs another: every version of each is whole', async () => {
  const base = temporaryDirectory();
  const directory = join(base, 'store');
  const labels = ['a', 'b', 'c'];
  for (const label of labels) mkdirSync(join(base, label));
  const all = await Promise.all(labels.map((label) => publishing(directory, join(base, label), label)));
  const store = createContentSnapshotStore({ directory });
  for (const [index, ids] of all.entries()) {
    expect(ids).toHaveLength(12);
    for (const [round, id] of ids.entries()) {
      const copy = join(base, `copy-${index}-${round}`);
      await store.materialize(id, copy);
      const expected = Object.fromEntries(
        Array.from({ length: 40 }, (_, n) => [`f${n}`, `file round ${round} ${n}`]),
      );
      expect(contentOf(copy)).toEqual({ ...expected, own: `file ${labels[index]}${round}` });
    }
  }
  expect(readdirSync(join(directory, 'tmp'))).toEqual(['clock']);
});

test('two stores of one process, over one workspace, agree', async () => {
  const base = temporaryDirectory();
  writeFiles(base, { 'ws/a.txt': 'one' });
  const stores = [1, 2].map(() => createContentSnapshotStore({ directory: join(base, 'store') }));
  const published = await Promise.all(stores.map((store) => store.publish(join(base, 'ws'))));
  expect(new Set(published.map(({ id }) => id)).size).toBe(1);
});
