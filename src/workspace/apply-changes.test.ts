import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AppliedChanges } from './apply-changes.ts';
import {
  apply,
  applyPlanned,
  makeTree,
  plan,
  whole,
  type Applying,
  type DescribedTree,
} from './described-tree.test-support.ts';
import { contentOf, digestOf, quickParent, temporaryDirectory } from './file-tree.test-support.ts';
import { undoChanges, type UndoneChanges } from './undo-changes.ts';
import { readUndoRecords } from './undo-record.ts';

interface Place extends Applying {
  readonly target: string;
}

/** A folder that holds `now`, by default what the changes started from. */
function place(before: DescribedTree, after: DescribedTree, now: DescribedTree = before): Place {
  const base = temporaryDirectory(quickParent);
  makeTree(join(base, 'target'), now);
  makeTree(join(base, 'source'), after);
  return { base, before, after, target: join(base, 'target') };
}

const named = (list: AppliedChanges['conflicts']): Record<string, string> =>
  Object.fromEntries(list.map(({ path, reason }) => [path, reason]));

const digestIfThere = (path: string): string =>
  lstatSync(path, { throwIfNoEntry: false }) === undefined ? 'nothing' : digestOf(path);

async function undo({ base }: Applying): Promise<UndoneChanges> {
  const last = readUndoRecords(join(base, 'undo')).findLast(({ record }) => record.state !== 'undone');
  if (last === undefined) throw new Error('nothing was recorded');
  return undoChanges(last, { undo: join(base, 'undo') });
}

describe('changes', () => {
  const before = {
    'a.txt': 'file one',
    'b.txt': 'file two',
    'run.sh': 'file #!/bin/sh',
    'src/x.js': 'file x',
    'old/deep/y.js': 'file y',
    link: 'link a.txt',
    'turned/inner': 'file inner',
    flat: 'file flat',
  };
  const after = {
    'a.txt': 'file one, changed',
    'b.txt': 'file two',
    'run.sh': 'exec #!/bin/sh',
    'src/x.js': 'file x',
    'src/new/z.js': 'file z',
    link: 'link b.txt',
    turned: 'file no folder any more',
    'flat/inner': 'file a folder now',
    empty: 'dir',
  };

  test('of every kind are made, and put back', async () => {
    const it = place(before, after);
    const was = contentOf(it.target);
    const { applied, conflicts, refused, undo: number } = await apply(it);
    expect(contentOf(it.target)).toEqual(whole(after));
    expect({ conflicts, refused, number }).toEqual({ conflicts: [], refused: [], number: 1 });
    expect(applied.map(({ path }) => path)).toEqual([
      'a.txt',
      'empty',
      'flat',
      'flat/inner',
      'link',
      'old',
      'old/deep',
      'old/deep/y.js',
      'run.sh',
      'src/new',
      'src/new/z.js',
      'turned',
      'turned/inner',
    ]);
    expect(await undo(it)).toMatchObject({ target: it.target, conflicts: [] });
    expect(contentOf(it.target)).toEqual(was);
  });

  test('made twice are made once: the second time finds nothing to do', async () => {
    const it = place(before, after);
    await apply(it);
    const digest = digestOf(it.target);
    const again = await apply(it);
    expect(again).toMatchObject({ applied: [], conflicts: [], refused: [] });
    expect(again.done).toHaveLength(13);
    expect(digestOf(it.target)).toBe(digest);
    expect(readUndoRecords(join(it.base, 'undo'))).toHaveLength(1);
  });

  test('leave everything else as it is, to the last time of the last file', async () => {
    const it = place({ 'a.txt': 'file 1', 'keep/b': 'file 2' }, { 'a.txt': 'file 3', 'keep/b': 'file 2' });
    const digest = digestOf(join(it.target, 'keep'));
    await apply(it);
    expect(digestOf(join(it.target, 'keep'))).toBe(digest);
  });

  test('keep the mode of a file, and turn only what was turned', async () => {
    const it = place(
      { private: 'file 1', script: 'file 2', shared: 'exec 3' },
      { private: 'file 1+', script: 'exec 2+', shared: 'file 3+' },
    );
    chmodSync(join(it.target, 'private'), 0o600);
    chmodSync(join(it.target, 'script'), 0o640);
    chmodSync(join(it.target, 'shared'), 0o775);
    await apply(it);
    const modes = ['private', 'script', 'shared'].map(
      (name) => statSync(join(it.target, name)).mode & 0o7777,
    );
    expect(modes).toEqual([0o600, 0o750, 0o664]);
    await undo(it);
    const back = ['private', 'script', 'shared'].map((name) => statSync(join(it.target, name)).mode & 0o7777);
    expect(back).toEqual([0o600, 0o640, 0o775]);
  });

  test('never make a file that runs as somebody else', async () => {
    const it = place({ tool: 'exec 1' }, { tool: 'exec 2' });
    chmodSync(join(it.target, 'tool'), 0o4755);
    await apply(it);
    expect(statSync(join(it.target, 'tool')).mode & 0o7777).toBe(0o755);
  });

  test('do not reach a file through another name of it', async () => {
    const it = place({ a: 'file 1' }, { a: 'file 2' });
    linkSync(join(it.target, 'a'), join(it.base, 'elsewhere'));
    await apply(it);
    expect(readFileSync(join(it.base, 'elsewhere'), 'latin1')).toBe('1');
    expect(readFileSync(join(it.target, 'a'), 'latin1')).toBe('2');
  });

  test('leave no file of ours behind', async () => {
    const it = place(before, after);
    await apply(it);
    await undo(it);
    expect(
      readdirSync(it.target, { recursive: true, encoding: 'utf8' }).filter((name) =>
        name.includes('.massgen'),
      ),
    ).toEqual([]);
  });
});

describe('what somebody else changed meanwhile', () => {
  const before = { a: 'file 1', b: 'file 1', c: 'file 1', d: 'file 1', 'dir/e': 'file 1', link: 'link a' };
  const after = { a: 'file 2', b: 'file 2', d: 'file 1', new: 'file 2', 'dir/e': 'file 2', link: 'link b' };
  const now = { a: 'file 3', c: 'file 3', d: 'file 3', new: 'file 3', 'dir/e': 'file 1', link: 'link c' };

  test('stays, each with its reason, and the rest is done', async () => {
    const it = place(before, after, now);
    const { applied, conflicts } = await apply(it);
    expect(applied.map(({ path }) => path)).toEqual(['dir/e']);
    expect(named(conflicts)).toEqual({
      a: 'it was changed meanwhile',
      b: 'it was deleted meanwhile',
      c: 'it was changed meanwhile',
      link: 'it was changed meanwhile',
      new: 'something else is there already',
    });
    expect(contentOf(it.target)).toEqual({ ...whole(now), 'dir/e': 'file 2' });
  });

  test('in the same way is no conflict', async () => {
    const it = place(before, after, after);
    expect(await apply(it)).toMatchObject({ applied: [], conflicts: [] });
  });

  test('is overwritten when that is asked for, and can be put back', async () => {
    const it = place(before, after, now);
    const was = contentOf(it.target);
    const { conflicts } = await apply({ ...it, force: true });
    expect(conflicts).toEqual([]);
    expect(contentOf(it.target)).toEqual(whole({ ...after, d: 'file 3' }));
    await undo(it);
    expect(contentOf(it.target)).toEqual(was);
  });

  test('a folder is never overwritten, and one that is not empty never removed', async () => {
    const it = place(
      { 'dir/a': 'file 1', b: 'file 1' },
      { b: 'file 2' },
      { 'dir/a': 'file 1', 'dir/mine': 'file 3', 'b/mine': 'file 3' },
    );
    const { applied, conflicts } = await apply({ ...it, force: true });
    expect(applied.map(({ path }) => path)).toEqual(['dir/a']);
    expect(named(conflicts)).toEqual({ b: 'a folder is there now', dir: 'it is not empty' });
    expect(contentOf(it.target)).toEqual(whole({ 'dir/mine': 'file 3', 'b/mine': 'file 3' }));
  });

  test('a folder that is gone is made again only when that is asked for', async () => {
    const it = place({ 'dir/a': 'file 1' }, { 'dir/a': 'file 1', 'dir/b': 'file 2' }, {});
    expect(named((await apply(it)).conflicts)).toEqual({ 'dir/b': 'its folder is gone' });
    expect((await apply({ ...it, force: true })).conflicts).toEqual([]);
    expect(contentOf(it.target)).toEqual({ dir: 'dir', 'dir/b': 'file 2' });
  });

  test.each<[string, (target: string) => void]>([
    ['is written', (target) => writeFileSync(join(target, 'a'), 'mine')],
    [
      'is replaced',
      (target) => {
        writeFileSync(join(target, 'mine'), 'mine');
        renameSync(join(target, 'mine'), join(target, 'a'));
      },
    ],
    ['is deleted', (target) => unlinkSync(join(target, 'a'))],
    [
      'becomes a link',
      (target) => {
        unlinkSync(join(target, 'a'));
        symlinkSync('mine', join(target, 'a'));
      },
    ],
  ])('a file that %s at the last moment stays', async (_, meddle) => {
    const it = place({ a: 'file 1' }, { a: 'file 2' });
    let digest = '';
    const { applied, conflicts } = await apply({
      ...it,
      step(what) {
        if (what !== 'write') return;
        meddle(it.target);
        digest = digestIfThere(join(it.target, 'a'));
      },
    });
    expect(applied).toEqual([]);
    expect(named(conflicts)).toEqual({ a: 'it was changed at this moment' });
    expect(digestIfThere(join(it.target, 'a'))).toBe(digest);
    expect(readdirSync(it.target).filter((name) => name.startsWith('.massgen'))).toEqual([]);
  });

  test('a file that was changed after it was looked at is a conflict, and the next ones are done', async () => {
    const it = place({ a: 'file 1', b: 'file 1', c: 'file 1' }, { a: 'file 2', b: 'file 2', c: 'file 2' });
    const planned = await plan(it);
    writeFileSync(join(it.target, 'a'), 'mine');
    const { applied, conflicts } = await applyPlanned(planned, it);
    expect(named(conflicts)).toEqual({ a: 'it was changed at this moment' });
    expect(applied.map(({ path }) => path)).toEqual(['b', 'c']);
    expect(contentOf(it.target)).toEqual({ a: 'file mine', b: 'file 2', c: 'file 2' });
    await undo(it);
    expect(contentOf(it.target)).toEqual({ a: 'file mine', b: 'file 1', c: 'file 1' });
  });

  test('a file that appears at the last moment is not overwritten', async () => {
    const it = place({}, { a: 'file 2' });
    const { conflicts } = await apply({
      ...it,
      step(what) {
        if (what === 'name') writeFileSync(join(it.target, 'a'), 'mine');
      },
    });
    expect(named(conflicts)).toEqual({ a: 'something else is there by now' });
    expect(contentOf(it.target)).toEqual({ a: 'file mine' });
  });
});

describe('a path that no change is let in to', () => {
  test('is refused, whether it is there or not, however it is spelled, also by force', async () => {
    const before = { 'secrets/key': 'file 1', Makefile: 'file 1', 'a/b': 'file 1' };
    const it = place(before, {
      'secrets/key': 'file 2',
      'secrets/new': 'file 2',
      makefile: 'file 2',
      Makefile: 'file 2',
      '.env': 'file 2',
      '.GIT/hooks/pre-commit': 'exec 2',
      'sub/.g\u200Dit/config': 'file 2',
      'a/b': 'file 2',
    });
    const protectedPaths = ['secrets', 'Makefile', '.env'];
    for (const force of [false, true]) {
      const { refused } = await apply({ ...it, protectedPaths, force });
      expect(named(refused)).toEqual({
        '.GIT': 'is left out of copies',
        '.GIT/hooks': 'is left out of copies',
        '.GIT/hooks/pre-commit': 'is left out of copies',
        '.env': 'is protected',
        Makefile: 'is protected',
        makefile: 'is protected',
        'secrets/key': 'is protected',
        'secrets/new': 'is protected',
        'sub/.g\u200Dit': 'is left out of copies',
        'sub/.g\u200Dit/config': 'is left out of copies',
      });
    }
    expect(contentOf(it.target)).toEqual({ ...whole(before), 'a/b': 'file 2', sub: 'dir' });
  });

  test('does not go with its folder either', async () => {
    const it = place({ 'dir/secret': 'file 1', 'dir/a': 'file 1' }, {});
    const { conflicts, refused } = await apply({ ...it, protectedPaths: ['dir/secret'] });
    expect({ ...named(conflicts), ...named(refused) }).toEqual({
      dir: 'it is not empty',
      'dir/secret': 'is protected',
    });
    expect(contentOf(it.target)).toEqual({ dir: 'dir', 'dir/secret': 'file 1' });
  });
});

describe('a link in the user’s folder', () => {
  const outside = (base: string): string => join(base, 'outside');

  function withOutside(before: DescribedTree, after: DescribedTree, now: DescribedTree): Place {
    const it = place(before, after, now);
    makeTree(outside(it.base), { a: 'file precious', 'deep/a': 'file precious' });
    return it;
  }

  test.each<[string, DescribedTree, DescribedTree]>([
    ['in the place of the file', { a: 'file 1' }, { a: 'file 2' }],
    ['in the place of a folder on the way', { 'deep/a': 'file 1' }, { 'deep/a': 'file 2' }],
    ['where a new folder is to be', {}, { 'deep/a': 'file 2' }],
    ['where a file is to go', { 'deep/a': 'file 1' }, {}],
  ])('%s is never written through, not even by force', async (_, before, after) => {
    for (const force of [false, true]) {
      const now = 'a' in after ? { a: 'link ../outside/a' } : { deep: 'link ../outside/deep' };
      const it = withOutside(before, after, now);
      const digest = digestOf(outside(it.base));
      await apply({ ...it, force });
      expect(digestOf(outside(it.base))).toBe(digest);
    }
  });

  test('that takes the place of a folder above is not followed either', async () => {
    const it = place({ a: 'file 1' }, { a: 'file 2', b: 'file 3' });
    const other = place({ a: 'file 1' }, {});
    await apply(it);
    const changed = contentOf(it.target);
    // The same path leads to a folder of somebody else now, in which the file would fit.
    renameSync(it.base, `${it.base}-moved`);
    symlinkSync(other.base, it.base);
    try {
      await expect(plan(it)).rejects.toThrow('a link is on the way to it now');
      const [stored] = readUndoRecords(join(`${it.base}-moved`, 'undo'));
      if (stored === undefined) throw new Error('nothing was recorded');
      const undoing = undoChanges(stored, { undo: join(`${it.base}-moved`, 'undo') });
      await expect(undoing).rejects.toThrow('a link is on the way to it now');
      expect(contentOf(other.target)).toEqual({ a: 'file 1' });
    } finally {
      unlinkSync(it.base);
      renameSync(`${it.base}-moved`, it.base);
    }
    expect(contentOf(it.target)).toEqual(changed);
  });

  test('that takes the place of a folder while changes are made is not followed', async () => {
    const it = withOutside(
      { 'deep/a': 'file precious' },
      { 'deep/a': 'file 2' },
      { 'deep/a': 'file precious' },
    );
    const digest = digestOf(outside(it.base));
    const { conflicts } = await apply({
      ...it,
      step(what) {
        if (what !== 'record') return;
        renameSync(join(it.target, 'deep'), join(it.target, 'moved'));
        symlinkSync('../outside/deep', join(it.target, 'deep'));
      },
    });
    expect(named(conflicts)).toEqual({ 'deep/a': 'a link or a file is on the way to it' });
    expect(digestOf(outside(it.base))).toBe(digest);
    expect(readFileSync(join(it.target, 'moved/a'), 'latin1')).toBe('precious');
  });

  test('that was a file is put back as the file, and the other way round', async () => {
    const it = place({ a: 'file 1', b: 'link a' }, { a: 'link b', b: 'file 2' });
    await apply(it);
    expect(contentOf(it.target)).toEqual({ a: 'link b', b: 'file 2' });
    await undo(it);
    expect(contentOf(it.target)).toEqual({ a: 'file 1', b: 'link a' });
  });
});

describe('putting back', () => {
  test('leaves what was changed again since, and says so', async () => {
    const it = place(
      { a: 'file 1', b: 'file 1', 'd/x': 'file 1' },
      { a: 'file 2', c: 'file 2', 'n/y': 'file 2' },
    );
    await apply(it);
    writeFileSync(join(it.target, 'a'), 'mine');
    writeFileSync(join(it.target, 'n/mine'), 'mine');
    makeTree(join(it.target, 'd'), { x: 'file mine' });
    const { undone, conflicts } = await undo(it);
    expect(undone.toSorted()).toEqual(['b', 'c', 'n/y']);
    expect(named(conflicts)).toEqual({
      a: 'it was changed since',
      'd/x': 'it was changed since',
      n: 'it holds something else by now',
    });
    expect(contentOf(it.target)).toEqual(
      whole({ a: 'file mine', b: 'file 1', 'd/x': 'file mine', 'n/mine': 'file mine' }),
    );
  });

  test('done twice changes nothing more', async () => {
    const it = place({ a: 'file 1' }, { a: 'file 2' });
    await apply(it);
    const [stored] = readUndoRecords(join(it.base, 'undo'));
    if (stored === undefined) throw new Error('nothing was recorded');
    await undoChanges(stored, { undo: join(it.base, 'undo') });
    const digest = digestOf(it.target);
    expect(await undoChanges(stored, { undo: join(it.base, 'undo') })).toMatchObject({
      undone: [],
      conflicts: [],
    });
    expect(digestOf(it.target)).toBe(digest);
  });

  test('does not put back a content that was damaged', async () => {
    const it = place({ a: 'file 1' }, { a: 'file 2' });
    await apply(it);
    writeFileSync(join(it.base, 'undo/1/before/1'), 'other');
    expect(named((await undo(it)).conflicts)).toEqual({
      a: expect.stringContaining('holds something else') as unknown,
    });
    expect(contentOf(it.target)).toEqual({ a: 'file 2' });
  });

  test('that found the disk full is done to its end when there is room again', async () => {
    const it = place({ a: 'file one', b: 'file two' }, { a: 'file 1', b: 'file 2', c: 'file 3' });
    const was = contentOf(it.target);
    await apply(it);
    const last = readUndoRecords(join(it.base, 'undo')).at(-1);
    if (last === undefined) throw new Error('nothing was recorded');
    const full = Object.assign(new Error('no space'), { code: 'ENOSPC' });
    const cut = await undoChanges(last, {
      undo: join(it.base, 'undo'),
      step: (what) => {
        if (what === 'write') throw full;
      },
    });
    expect(cut.undone).toEqual(['c']);
    expect(named(cut.conflicts)).toEqual({ a: 'the disk is full', b: 'the disk is full' });
    expect((await undo(it)).undone).toEqual(['a', 'b']);
    expect(contentOf(it.target)).toEqual(was);
  });

  test('with a record that was damaged is an error, not a guess', async () => {
    const it = place({ a: 'file 1' }, { a: 'file 2' });
    await apply(it);
    writeFileSync(join(it.base, 'undo/1/record.json'), '{"v":1}');
    expect(() => readUndoRecords(join(it.base, 'undo'))).toThrow(expect.objectContaining({ code: 'MG1340' }));
  });
});

test('what cannot be stored first is not changed', async () => {
  const it = place({ a: 'file 1' }, { a: 'file 2' });
  writeFileSync(join(it.base, 'undo'), 'in the way');
  await expect(apply(it)).rejects.toMatchObject({ code: 'MG1201' });
  expect(contentOf(it.target)).toEqual({ a: 'file 1' });
});

test('a source that is not what was promised changes nothing', async () => {
  const it = place({ a: 'file 1' }, { a: 'file 2' });
  writeFileSync(join(it.base, 'source/a'), 'tampered');
  const { applied, conflicts } = await apply(it);
  expect(applied).toEqual([]);
  expect(conflicts).toHaveLength(1);
  expect(contentOf(it.target)).toEqual({ a: 'file 1' });
});

test('a plan looks only', async () => {
  const it = place({ a: 'file 1', 'd/b': 'file 1' }, { a: 'file 2', c: 'file 2' });
  const digest = digestOf(it.target);
  await plan(it);
  expect(digestOf(it.target)).toBe(digest);
});

const content = fc.constantFrom(
  'file 1',
  'file 2',
  'file 3',
  'exec 1',
  'exec 2',
  'link a',
  'link b/c',
  'dir',
);
const anyTree = fc
  .uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c', 'b/a', 'b/c', 'b/c/d', 'c/a', 'e/f'), content), {
    selector: ([path]) => path,
    maxLength: 6,
  })
  .map((pairs): DescribedTree => {
    // What lies below something that is no folder cannot be.
    const kept = pairs.filter(
      ([path]) => !pairs.some(([other, what]) => path.startsWith(`${other}/`) && what !== 'dir'),
    );
    return whole(Object.fromEntries(kept));
  });

test('any changes on any folder: what was done is right, what was not is told, and all of it goes back', async () => {
  await fc.assert(
    fc.asyncProperty(anyTree, anyTree, anyTree, fc.boolean(), async (before, after, now, force) => {
      const base = temporaryDirectory(quickParent);
      const target = join(base, 'target');
      makeTree(target, now);
      makeTree(join(base, 'source'), after);
      const it = { base, before, after, force };
      const was = contentOf(target);
      const { applied, done, conflicts } = await apply(it);
      const is = contentOf(target);
      const told = new Set(conflicts.map(({ path }) => path));
      for (const { path, before: old, after: wanted } of applied) {
        // Who only changes the content leaves the mode to whoever changed that.
        const keepsMode = old?.kind === 'file' && wanted?.kind === 'file' && old.mode === wanted.mode;
        const kindOf = (what: string | undefined): string | undefined =>
          keepsMode ? what?.replace(/^exec/u, 'file').slice(0, 4) : what?.split(' ', 1)[0];
        expect(kindOf(is[path])).toBe(wanted === undefined ? undefined : kindOf(after[path]));
        if (wanted?.kind === 'file') expect(is[path]?.slice(5)).toBe(after[path]?.slice(5));
        // Without force nothing is touched that was not as the changes knew it, or gone, or half as they want it.
        if (!force && old?.kind === 'file')
          expect([undefined, before[path]?.slice(5), after[path]?.slice(5)]).toContain(was[path]?.slice(5));
      }
      const changed = new Set([...applied.map(({ path }) => path), ...done]);
      for (const path of new Set([...Object.keys(was), ...Object.keys(is)])) {
        if (was[path] === is[path]) continue;
        // Folders on the way are made by force only.
        const onTheWay =
          force && is[path] === 'dir' && applied.some((each) => each.path.startsWith(`${path}/`));
        expect(changed.has(path) || onTheWay, path).toBe(true);
        expect(told.has(path), path).toBe(false);
      }
      if (applied.length === 0) return;
      const back = await undo(it);
      expect(back.conflicts).toEqual([]);
      const restored = contentOf(target);
      const extra = Object.entries(restored).filter(([path, what]) => was[path] !== what);
      expect(extra.every(([path, what]) => force && what === 'dir' && was[path] === undefined)).toBe(true);
      expect(Object.keys(was).every((path) => restored[path] === was[path])).toBe(true);
      rmSync(base, { recursive: true, force: true });
      mkdirSync(base);
    }),
    { numRuns: process.env['MASSGEN_TEST_FULL'] === '1' ? 4_000 : 250 },
  );
});
