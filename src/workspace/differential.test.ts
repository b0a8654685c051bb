/**
 * The store against `cp -a`: random trees, edited at random, published after each edit, and everything that comes out of
 * it compared with a plain copy made at the same moment. In the long form of the tests with many more of them.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
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

/** What has not exactly the mode that copies give it: `contentOf` tells what can be executed, and no more. */
function oddModes(root: string, ...[file, exec]: readonly [string, string]): string {
  const odd = ['(', '-type', 'f', '!', '-perm', file, '!', '-perm', exec, ')', '-o'];
  const find = [root, ...odd, '(', '-type', 'd', '!', '-perm', exec, ')'];
  return execFileSync('find', find).toString();
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
        const shown = await views.publish(view);
        expect(contentOf(shown)).toEqual(content);
        expect(oddModes(shown, '0444', '0555')).toBe('');
        // Read by nobody who knows anything yet, and by one who knows what the last process knew.
        if (number % 3 === 2) await store.secure();
        const fresh = createContentSnapshotStore({ directory });
        expect((await fresh.publish(workspace)).id).toBe(id);
        await fresh.materialize(id, join(place, `copy-${number}`));
        expect(contentOf(join(place, `copy-${number}`))).toEqual(content);
        expect(oddModes(join(place, `copy-${number}`), '0644', '0755')).toBe('');
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

/**
 * Replaces files whole, removes and makes directories, and writes one file in place from its beginning to its end again
 * and again, as fast as it can. Files repeat one letter, that one the next letter each time.
 */
const writer = `
  const fs = require('node:fs');
  process.chdir(process.argv[1]);
  const pieces = 14;
  const letter = (n) => String.fromCharCode(97 + (n % 26));
  fs.writeFileSync('in-place', letter(0).repeat(pieces * 65536));
  const file = fs.openSync('in-place', 'r+');
  let passes = 0;
  process.stdout.write('ready');
  process.on('SIGTERM', () => process.exit());
  let n = 0;
  const turn = () => {
    for (let k = 0; k < 50; k += 1) {
      n += 1;
      const directory = 'd' + (n % 7);
      fs.mkdirSync(directory, { recursive: true });
      fs.writeFileSync('fresh', letter(n).repeat(1 + ((n * 7919) % 5000)));
      fs.renameSync('fresh', directory + '/f' + (n % 5));
      if (n % 11 === 0) fs.rmSync(directory, { recursive: true });
      if (n % 13 === 0) {
        fs.symlinkSync('d1', 'link');
        fs.unlinkSync('link');
      }
    }
    passes += 1;
    const piece = letter(passes).repeat(65536);
    for (let at = 0; at < pieces; at += 1) fs.writeSync(file, piece, at * 65536);
    setImmediate(turn);
  };
  turn();
`;

/** As it was at some moment: the new letter up to one place, the one before it from there on. */
function isOfOneMoment(content: string): boolean {
  const [first = '', last = ''] = [content[0], content.at(-1)];
  const border = first === last ? content.length : content.indexOf(last);
  const isWhole = content === first.repeat(border) + last.repeat(content.length - border);
  return isWhole && (first === last || (first.charCodeAt(0) - last.charCodeAt(0) + 26) % 26 === 1);
}

/** Whether each change of a file shows in its stamps, however quickly it follows a look at them. */
function stampsEachChange(path: string): boolean {
  writeFileSync(path, '0');
  return Array.from({ length: 50 }, (_, n) => String(n % 10)).every((text) => {
    const { ctimeNs } = statSync(path, { bigint: true });
    writeFileSync(path, text);
    return statSync(path, { bigint: true }).ctimeNs !== ctimeNs;
  });
}

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
    const stamped = stampsEachChange(join(base, 'stamps'));
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
          if (path === 'in-place') expect(!stamped || isOfOneMoment(what.slice(5))).toBe(true);
          else expect(what.slice(5)).toMatch(/^(.)\1*$/u);
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
