/**
 * The store against `cp -a`: random trees, edited at random, published after each edit, and everything that comes out of
 * it compared with a plain copy made at the same moment. In the long form of the tests with many more of them.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { createContentSnapshotStore } from './content-snapshot-store.ts';
import { contentOf, quickParent, temporaryDirectory } from './file-tree.test-support.ts';
import type { Manifest } from './manifest.ts';
import { applyEdit, edit, makeTree, tree } from './random-tree.test-support.ts';
import { verifyStore } from './verify-store.ts';
import { createViews } from './views.ts';

const full = process.env['MASSGEN_TEST_FULL'] === '1';

/** A plain copy without what a version does not have, as `contentOf` describes it. */
function expected(copy: string, { skipped, excluded }: Manifest): Record<string, string> {
  const left = new Set([...skipped.map(({ path }) => path), ...excluded]);
  const isLeft = (path: string): boolean =>
    path.split('/').some((_, index, parts) => left.has(parts.slice(0, index + 1).join('/')));
  return Object.fromEntries(
    Object.entries(contentOf(copy)).filter(([path, what]) => what !== 'odd' && !isLeft(path)),
  );
}

const timeout = full ? 1_200_000 : 60_000;

test('whatever is edited, what is published is what is there', { timeout }, async () => {
  const base = temporaryDirectory(quickParent);
  const directory = join(base, 'store');
  const store = createContentSnapshotStore({ directory });
  let round = 0;
  const edits = fc.array(fc.array(edit, { minLength: 1, maxLength: 4 }), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(tree, edits, async (children, steps) => {
      round += 1;
      const place = join(base, String(round));
      const workspace = join(place, 'ws');
      mkdirSync(workspace, { recursive: true });
      makeTree(workspace, children);
      const views = createViews({ store, directory: join(place, 'views'), aside: join(place, 'aside') });
      const versions: { readonly id: string; readonly content: Record<string, string> }[] = [];
      for (const [number, step] of [[], ...steps].entries()) {
        for (const each of step) applyEdit(workspace, each);
        const plain = join(place, `plain-${number}`);
        execFileSync('cp', ['-a', '--', workspace, plain]);
        const { id, manifest } = await store.publish(workspace);
        const content = expected(plain, manifest);
        versions.push({ id, content });
        const view = { label: `agent1.${number + 1}`, snapshot: id, author: 'writer' };
        expect(contentOf(await views.publish(view))).toEqual(content);
        // Read by nobody who knows anything yet, and by one who knows what the last process knew.
        if (number % 3 === 2) await store.secure();
        const fresh = createContentSnapshotStore({ directory });
        expect((await fresh.publish(workspace)).id).toBe(id);
        await fresh.materialize(id, join(place, `copy-${number}`));
        expect(contentOf(join(place, `copy-${number}`))).toEqual(content);
      }
      // None was changed by what came after it.
      for (const [number, { id, content }] of versions.entries()) {
        expect(contentOf(join(place, `views/agent1.${number + 1}`))).toEqual(content);
        await store.materialize(id, join(place, `again-${number}`));
        expect(contentOf(join(place, `again-${number}`))).toEqual(content);
      }
      execFileSync('chmod', ['-R', 'u+w', place]);
      execFileSync('rm', ['-rf', place]);
    }),
    { numRuns: full ? 1_000 : 40 },
  );
  expect((await verifyStore(directory)).problems).toEqual([]);
});

/** Replaces files whole, removes and makes directories, as fast as it can. Files repeat one letter. */
const writer = `
  const fs = require('node:fs');
  process.chdir(process.argv[1]);
  process.stdout.write('ready');
  process.on('SIGTERM', () => process.exit());
  let n = 0;
  const turn = () => {
    for (let k = 0; k < 50; k += 1) {
      n += 1;
      const directory = 'd' + (n % 7);
      fs.mkdirSync(directory, { recursive: true });
      fs.writeFileSync('fresh', String.fromCharCode(97 + (n % 26)).repeat(1 + ((n * 7919) % 5000)));
      fs.renameSync('fresh', directory + '/f' + (n % 5));
      if (n % 11 === 0) fs.rmSync(directory, { recursive: true });
      if (n % 13 === 0) {
        fs.symlinkSync('d1', 'link');
        fs.unlinkSync('link');
      }
    }
    setImmediate(turn);
  };
  turn();
`;

function startWriter(workspace: string): ChildProcess {
  const child = spawn(process.execPath, ['-e', writer, workspace], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

test(
  'while somebody writes, each version has whole files only, the last one what is there',
  { timeout },
  async () => {
    const base = temporaryDirectory(quickParent);
    const directory = join(base, 'store');
    const workspace = join(base, 'ws');
    mkdirSync(workspace);
    const store = createContentSnapshotStore({ directory });
    const child = startWriter(workspace);
    await once(child.stdout ?? child, 'data');
    const ids = new Set<string>();
    for (let round = 0; round < (full ? 500 : 40); round += 1) {
      const { id, manifest } = await store.publish(workspace);
      const torn = new Set(manifest.skipped.map(({ path }) => path));
      if (!ids.has(id)) {
        const copy = join(base, `copy-${ids.size}`);
        await store.materialize(id, copy);
        for (const [path, what] of Object.entries(contentOf(copy))) {
          if (!what.startsWith('file ') || torn.has(path) || path === 'fresh') continue;
          expect(what.slice(5)).toMatch(/^(.)\1*$/u);
        }
        execFileSync('rm', ['-rf', copy]);
      }
      ids.add(id);
    }
    expect(ids.size).toBeGreaterThan(1);
    child.kill('SIGTERM');
    await once(child, 'exit');
    execFileSync('cp', ['-a', workspace, join(base, 'plain')]);
    const { id, manifest } = await store.publish(workspace);
    await store.materialize(id, join(base, 'copy'));
    expect(contentOf(join(base, 'copy'))).toEqual(expected(join(base, 'plain'), manifest));
    expect((await verifyStore(directory)).problems).toEqual([]);
    expect(readdirSync(join(directory, 'tmp'))).toEqual(['clock']);
    expect(readFileSync(join(directory, 'tmp/clock'), 'utf8')).toBe('.');
  },
);
