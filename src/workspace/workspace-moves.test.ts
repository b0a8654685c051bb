import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { workspaceErrors } from '../errors/workspace-errors.ts';
import { cleanStore } from './clean-store.ts';
import {
  contentOf,
  handOver,
  temporaryDirectory,
  unprivileged,
  writeFiles,
} from './file-tree.test-support.ts';
import { createMovesRig, exactContent, fill } from './moves-rig.test-support.ts';
import { applyEdit, edit, entryName, makeTree, tree } from './random-tree.test-support.ts';
import { defaultLimits } from './snapshot-limits.ts';

const full = process.env['MASSGEN_TEST_FULL'] === '1';

function refused(which: keyof typeof workspaceErrors): object {
  return expect.objectContaining({ code: workspaceErrors[which].code }) as object;
}

describe('a copy', () => {
  test('takes a file, a folder or all of an answer to where it is told', async () => {
    const rig = createMovesRig();
    await rig.answer('agent2.1', (place) => {
      writeFiles(place, { 'src/app.ts': 'app', 'src/lib/x.ts': 'x', 'run.sh': 'go', 'empty/': '' });
      chmodSync(join(place, 'run.sh'), 0o711);
      symlinkSync('app.ts', join(place, 'src/link'));
    });
    writeFiles(rig.root, { 'docs/mine.md': 'mine' });
    expect(await rig.copy('agent2.1/run.sh', 'start.sh')).toMatchObject({
      added: ['start.sh'],
      replaced: [],
    });
    await rig.copy('agent2.1/run.sh', 'docs');
    await rig.copy('agent2.1/src/app.ts', 'new/place/');
    await rig.copy(join(rig.base, 'views/agent2.1/src'), join(rig.root, 'from/them'));
    expect(exactContent(rig.root)).toEqual({
      docs: 'dir 755',
      'docs/mine.md': 'file 644 mine',
      'docs/run.sh': 'file 755 go',
      from: 'dir 755',
      'from/them': 'dir 755',
      'from/them/app.ts': 'file 644 app',
      'from/them/lib': 'dir 755',
      'from/them/lib/x.ts': 'file 644 x',
      'from/them/link': 'link app.ts',
      new: 'dir 755',
      'new/place': 'dir 755',
      'new/place/app.ts': 'file 644 app',
      'start.sh': 'file 755 go',
    });
    const { added, same } = await rig.copy('agent2.1', '.');
    expect([added, same]).toEqual([
      ['empty/', 'run.sh', 'src/', 'src/app.ts', 'src/lib/', 'src/lib/x.ts', 'src/link'],
      0,
    ]);
    expect(await rig.copy('agent2.1', '.')).toMatchObject({ added: [], same: 4 });
  });

  test('of several is all or nothing', async () => {
    const rig = createMovesRig();
    await rig.answer('agent2.1', fill({ a: '1', b: '2', 'd/e': '3' }));
    writeFiles(rig.root, { b: 'mine' });
    const before = contentOf(rig.root);
    const { signal } = new AbortController();
    const call = { agent: 'a', turn: 1, call: 'c', root: rig.root, signal };
    const from = (path: string, to: string): object => ({ from: `agent2.1/${path}`, to });
    for (const items of [
      [from('a', 'a'), from('b', 'b')],
      [from('a', 'a'), from('nothing', 'x')],
      [from('a', 'x'), from('b', 'x')],
      [from('a', 'x'), from('b', 'x/y')],
      [from('a', 'a'), from('d', 'b')],
      [from('a', 'a'), from('b', '../b')],
    ]) {
      const request = { items: items as { from: string; to: string }[], overwrite: false };
      await expect(rig.moves.copy(request, call)).rejects.toMatchObject({
        code: expect.stringMatching(/^MG13/u),
      });
      expect(contentOf(rig.root)).toEqual(before);
    }
    expect(rig.journal.filter(({ type }) => type === 'workspace.kept')).toEqual([]);
  });

  test('overwrites only when told, and what it replaced comes back with its mode', async () => {
    const rig = createMovesRig();
    await rig.answer('agent2.1', fill({ 'd/a': 'theirs', 'd/b': 'same' }));
    writeFiles(rig.root, { 'd/a': 'mine', 'd/b': 'same', 'd/c': 'mine alone' });
    chmodSync(join(rig.root, 'd/a'), 0o640);
    const before = exactContent(rig.root);
    await expect(rig.copy('agent2.1/d', 'd')).rejects.toEqual(refused('placeTaken'));
    expect(exactContent(rig.root)).toEqual(before);
    expect(await rig.copy('agent2.1/d', 'd', true)).toMatchObject({ replaced: ['d/a'], same: 1 });
    expect(contentOf(rig.root)).toMatchObject({ 'd/a': 'file theirs', 'd/c': 'file mine alone' });
    await rig.undo();
    expect(exactContent(rig.root)).toEqual(before);
  });

  test.each([
    ['a folder where a file is', { there: 'x' }, 'agent2.1/d', 'there'],
    ['a file where a folder is', { 'there/a/x': 'x' }, 'agent2.1/d', 'there'],
    ['anything below a file', { there: 'x' }, 'agent2.1/d/a', 'there/a'],
  ])('does not put %s, even when it may overwrite', async (_, files, from, to) => {
    const rig = createMovesRig();
    await rig.answer('agent2.1', fill({ 'd/a': 'theirs' }));
    writeFiles(rig.root, files);
    const before = exactContent(rig.root);
    await expect(rig.copy(from, to, true)).rejects.toEqual(refused('placeUnusable'));
    expect(exactContent(rig.root)).toEqual(before);
  });

  test('goes through a link only while that stays in the workspace', async () => {
    const rig = createMovesRig();
    await rig.answer('agent2.1', fill({ a: 'theirs' }));
    mkdirSync(join(rig.base, 'outside'));
    writeFiles(rig.root, { 'real/x': '' });
    symlinkSync('real', join(rig.root, 'inside'));
    symlinkSync('../outside', join(rig.root, 'out'));
    symlinkSync('..', join(rig.root, 'real/up'));
    symlinkSync('nowhere', join(rig.root, 'dangling'));
    await rig.copy('agent2.1/a', 'inside/a');
    expect(lstatSync(join(rig.root, 'real/a')).isFile()).toBe(true);
    await rig.copy('agent2.1/a', 'inside/up/b');
    expect(existsSync(join(rig.root, 'b'))).toBe(true);
    for (const to of ['out/a', 'out/', 'dangling/a', 'inside/up/out/a']) {
      await expect(rig.copy('agent2.1/a', to, true), to).rejects.toEqual(refused('notInWorkspace'));
    }
    expect(contentOf(join(rig.base, 'outside'))).toEqual({});
    // A link at the very place is a thing like any other: replaced, not followed.
    writeFiles(rig.base, { 'outside/secret': 'kept' });
    symlinkSync('../outside/secret', join(rig.root, 'last'));
    await expect(rig.copy('agent2.1/a', 'last')).rejects.toEqual(refused('placeTaken'));
    await rig.copy('agent2.1/a', 'last', true);
    expect(readFileSync(join(rig.base, 'outside/secret'), 'utf8')).toBe('kept');
    expect(readFileSync(join(rig.root, 'last'), 'utf8')).toBe('theirs');
    await rig.undo();
    expect(readlinkSync(join(rig.root, 'last'))).toBe('../outside/secret');
  });

  test('leaves out links that may lead out, and says what the answer itself does not have', async () => {
    const rig = createMovesRig();
    await rig.answer('agent2.1', (place) => {
      writeFiles(place, { 'd/e/f': 'x' });
      symlinkSync('../d/e/f', join(place, 'd/near'));
      execFileSync('mkfifo', [join(place, 'd/pipe')]);
    });
    const { leftOut } = await rig.copy('agent2.1/d', '.');
    expect(leftOut).toEqual([
      { path: 'd/pipe', reason: 'a pipe (FIFO)' },
      { path: 'd/near', reason: 'a link that may lead out of the workspace' },
    ]);
    expect(contentOf(rig.root)).toEqual({ e: 'dir', 'e/f': 'file x' });
  });

  test('does not go where nothing is published from, nor from what is no answer', async () => {
    const rig = createMovesRig();
    await rig.answer('agent2.1', fill({ hook: 'evil' }));
    for (const to of ['.git/hooks/pre-commit', 'app/node_modules/', '.massgen-tmp/x'])
      await expect(rig.copy('agent2.1/hook', to)).rejects.toEqual(refused('nameLeftOut'));
    for (const from of ['agent3.1', '../ws', '/etc/passwd', 'agent2.1/../agent3.1/x'])
      await expect(rig.copy(from, 'x')).rejects.toEqual(refused('noSuchAnswer'));
    await expect(rig.copy('agent2.1/other', 'x')).rejects.toEqual(refused('nothingThere'));
    expect(contentOf(rig.root)).toEqual({});
  });
});

describe('a deletion', () => {
  test('takes files, links and folders with all that they hold, and gives back every byte and mode', async () => {
    const rig = createMovesRig();
    writeFiles(rig.root, { a: 'x', 'd/e/f': '\0ÿ', 'd/.git/HEAD': 'ref', 'd/empty/': '', stays: 's' });
    chmodSync(join(rig.root, 'a'), 0o4750);
    chmodSync(join(rig.root, 'd/e/f'), 0o600);
    symlinkSync('/etc/passwd', join(rig.root, 'd/link'));
    chmodSync(join(rig.root, 'd/e'), 0o500);
    chmodSync(join(rig.root, 'd'), 0o750);
    const before = exactContent(rig.root);
    const { removed } = await rig.remove('a', 'd', 'd/e/f', './d/');
    expect(removed).toEqual(['a', 'd/', 'd/.git/', 'd/.git/HEAD', 'd/e/', 'd/e/f', 'd/empty/', 'd/link']);
    expect(contentOf(rig.root)).toEqual({ stays: 'file s' });
    await rig.undo();
    expect(exactContent(rig.root)).toEqual(before);
  });

  test('refuses the workspace, what is not in it and what is not there, and then touches nothing', async () => {
    const rig = createMovesRig();
    writeFiles(rig.base, { 'other/x': 'theirs' });
    writeFiles(rig.root, { a: 'x', 'd/b': 'y' });
    symlinkSync('../other', join(rig.root, 'out'));
    symlinkSync('..', join(rig.root, 'd/up'));
    for (const path of ['.', rig.root, 'd/..'])
      await expect(rig.remove('a', path), path).rejects.toEqual(refused('wholeWorkspace'));
    for (const path of ['../other/x', join(rig.base, 'other'), 'out/x', ''])
      await expect(rig.remove('a', path), path).rejects.toEqual(refused('notInWorkspace'));
    for (const path of ['b', 'a/x', 'd/c'])
      await expect(rig.remove('a', path), path).rejects.toEqual(refused('nothingThere'));
    expect(contentOf(rig.root)).toMatchObject({ a: 'file x', 'd/b': 'file y' });
    // The link goes, not what it leads to.
    await rig.remove('out');
    expect(contentOf(join(rig.base, 'other'))).toEqual({ x: 'file theirs' });
  });

  test('refuses what it could not bring back', async () => {
    const rig = createMovesRig({ ...defaultLimits, maxBytes: 100, maxEntries: 20 });
    writeFiles(rig.root, { 'pipes/a': 'x', 'large/a': 'x'.repeat(60), 'large/b': 'x'.repeat(60) });
    writeFiles(rig.root, Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`many/${n}`, ''])));
    execFileSync('mkfifo', [join(rig.root, 'pipes/p')]);
    const before = contentOf(rig.root);
    for (const path of ['pipes', 'pipes/p', 'large', 'many'])
      await expect(rig.remove(path), path).rejects.toEqual(refused('cannotBeKept'));
    expect(contentOf(rig.root)).toEqual(before);
    await rig.remove('large/a');
  });

  test('refuses a file that cannot be read', async () => {
    const rig = createMovesRig();
    writeFiles(rig.root, { 'd/secret': 'x' });
    chmodSync(join(rig.root, 'd/secret'), 0);
    for (const path of ['.', 'ws', 'ws/d', 'ws/d/secret']) handOver(join(rig.base, path));
    await unprivileged(async () => {
      await expect(rig.remove('d')).rejects.toEqual(refused('cannotBeKept'));
    });
    expect(existsSync(join(rig.root, 'd/secret'))).toBe(true);
  });
});

describe('undoing', () => {
  test('goes back step by step, and then there is nothing left', async () => {
    const rig = createMovesRig();
    await rig.answer('agent2.1', fill({ a: 'theirs' }));
    writeFiles(rig.root, { a: 'mine', b: 'b' });
    await rig.copy('agent2.1/a', 'a', true);
    await rig.remove('b');
    expect(await rig.undo()).toMatchObject({ action: 'delete', added: ['b'] });
    expect(contentOf(rig.root)).toEqual({ a: 'file theirs', b: 'file b' });
    expect(await rig.undo()).toMatchObject({ action: 'copy', replaced: ['a'] });
    expect(contentOf(rig.root)).toEqual({ a: 'file mine', b: 'file b' });
    await expect(rig.undo()).rejects.toEqual(refused('noMoveToUndo'));
  });

  test('overwrites what was changed since only when told', async () => {
    const rig = createMovesRig();
    await rig.answer('agent2.1', fill({ 'n/a': 'theirs', 'n/b': 'theirs' }));
    await rig.copy('agent2.1/n', 'n');
    writeFileSync(join(rig.root, 'n/a'), 'edited');
    writeFileSync(join(rig.root, 'n/own'), 'new');
    await expect(rig.undo()).rejects.toEqual(refused('changedSince'));
    expect(contentOf(rig.root)).toMatchObject({ 'n/a': 'file edited', 'n/b': 'file theirs' });
    expect(await rig.undo(true)).toMatchObject({
      removed: ['n/a', 'n/b'],
      leftOut: [{ path: 'n', reason: 'somebody put something else there' }],
    });
    expect(contentOf(rig.root)).toEqual({ n: 'dir', 'n/own': 'file new' });
  });

  test('does not put a file where a folder is by now, and makes folders again that are gone', async () => {
    const rig = createMovesRig();
    writeFiles(rig.root, { 'd/a': 'x', 'e/f/b': 'y' });
    await rig.remove('e/f/b');
    execFileSync('rm', ['-r', join(rig.root, 'e')]);
    await rig.undo();
    expect(contentOf(rig.root)).toMatchObject({ 'e/f/b': 'file y' });
    await rig.remove('d/a');
    writeFiles(rig.root, { 'd/a/new': 'z' });
    await expect(rig.undo(true)).rejects.toEqual(refused('placeUnusable'));
    expect(contentOf(rig.root)).toMatchObject({ 'd/a/new': 'file z' });
  });

  test('works for a later process, also when the undoing itself was cut short', async () => {
    const rig = createMovesRig();
    writeFiles(rig.root, { a: '1', b: '2', c: '3' });
    const before = exactContent(rig.root);
    await rig.remove('a');
    await rig.remove('b', 'c');
    rig.restart();
    await rig.undo();
    expect(contentOf(rig.root)).toEqual({ b: 'file 2', c: 'file 3' });
    // Killed before it ended: only its first half is in the journal, and half of the files are back.
    expect(rig.journal.pop()).toMatchObject({ type: 'tool.call.finished', outcome: 'ok' });
    unlinkSync(join(rig.root, 'c'));
    rig.restart();
    expect(await rig.undo()).toMatchObject({ added: ['c'], same: 1 });
    await rig.undo();
    expect(exactContent(rig.root)).toEqual(before);
    rig.restart();
    await expect(rig.undo()).rejects.toEqual(refused('noMoveToUndo'));
  });

  test('still can when the store was cleaned of all that no journal names', async () => {
    const rig = createMovesRig();
    writeFiles(rig.root, Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`d/${n}`, `file ${n}`])));
    const before = exactContent(rig.root);
    await rig.remove('d');
    const named = new Set(JSON.stringify(rig.journal).match(/[0-9a-f]{64}/gu));
    const options = { directory: rig.store, isBusy: () => false, now: Date.now() + 365 * 24 * 3_600_000 };
    await cleanStore({ ...options, named });
    rig.restart();
    await rig.undo();
    expect(exactContent(rig.root)).toEqual(before);
    expect((await cleanStore({ ...options, named: new Set() })).snapshots).toBeGreaterThan(0);
  });

  test('after any copies and deletions gives back the tree as it was', { timeout: 120_000 }, async () => {
    const path = fc.array(entryName, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'));
    const step = fc.oneof(
      fc.record({
        type: fc.constant('copy' as const),
        from: fc.oneof(fc.constant(''), path),
        to: fc.oneof(fc.constant('.'), path),
        overwrite: fc.boolean(),
      }),
      fc.record({
        type: fc.constant('remove' as const),
        paths: fc.array(path, { minLength: 1, maxLength: 3 }),
      }),
      fc.record({ type: fc.constant('restart' as const) }),
    );
    let changes = 0;
    const counted = { changed: 0 };
    await fc.assert(
      fc.asyncProperty(
        tree,
        tree,
        fc.array(edit, { maxLength: 4 }),
        fc.array(step, { maxLength: 8 }),
        async (own, theirs, edits, steps) => {
          const rig = createMovesRig();
          makeTree(rig.root, own);
          for (const each of edits) applyEdit(rig.root, each);
          await rig.answer('agent2.1', (place) => makeTree(place, theirs));
          const before = exactContent(rig.root);
          changes = 0;
          for (const each of steps) {
            const now = exactContent(rig.root);
            const kept = rig.journal.length;
            try {
              if (each.type === 'restart') rig.restart();
              else if (each.type === 'remove') await rig.remove(...each.paths);
              else await rig.copy(`agent2.1/${each.from}`, each.to, each.overwrite);
            } catch (error) {
              expect(error).toMatchObject({ code: expect.stringMatching(/^MG135\d$/u) });
              expect(exactContent(rig.root)).toEqual(now);
            }
            changes += rig.journal.slice(kept).filter(({ type }) => type === 'workspace.kept').length;
          }
          counted.changed += changes;
          for (; changes > 0; changes -= 1) await rig.undo();
          await expect(rig.undo()).rejects.toEqual(refused('noMoveToUndo'));
          expect(exactContent(rig.root)).toEqual(before);
        },
      ),
      { numRuns: full ? 1_000 : 100 },
    );
    expect(counted.changed).toBeGreaterThan(20);
  });
});

test('two calls of one agent at once are made one after the other', async () => {
  const rig = createMovesRig();
  await rig.answer(
    'agent2.1',
    fill(Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`d/${n}`, `${n}`]))),
  );
  const [copied, removed] = await Promise.all([rig.copy('agent2.1/d', 'd'), rig.remove('d')]);
  expect([copied.added.length, removed.removed.length]).toEqual([51, 51]);
  expect(contentOf(rig.root)).toEqual({});
});

test('what somebody else left in the place for unfinished files stays there', async () => {
  const rig = createMovesRig();
  await rig.answer('agent2.1', fill({ a: 'x' }));
  writeFiles(rig.root, { '.massgen-tmp/mine': 'kept', '.massgen-tmp/part-7': 'left by a killed process' });
  await rig.copy('agent2.1/a', 'a');
  expect(contentOf(rig.root)).toEqual({
    '.massgen-tmp': 'dir',
    '.massgen-tmp/mine': 'file kept',
    a: 'file x',
  });
  const outside = temporaryDirectory();
  execFileSync('rm', ['-r', join(rig.root, '.massgen-tmp')]);
  symlinkSync(outside, join(rig.root, '.massgen-tmp'));
  await expect(rig.copy('agent2.1/a', 'b')).rejects.toEqual(refused('leftHalfway'));
  expect(contentOf(outside)).toEqual({});
});
