/** Killed before each single step that changes something: nothing is half written, and it can be gone on with or put back. */
import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { apply, makeTree, whole, type DescribedTree } from './described-tree.test-support.ts';
import { contentOf, quickParent, temporaryDirectory } from './file-tree.test-support.ts';
import { undoChanges } from './undo-changes.ts';
import { readUndoRecords } from './undo-record.ts';

const harness = new URL('../../test/fixtures/apply-until-step.ts', import.meta.url).pathname;
const full = process.env['MASSGEN_TEST_FULL'] === '1';

const before: DescribedTree = {
  'a.txt': 'file one',
  'gone.txt': 'file two',
  'old/y.js': 'file y',
  link: 'link a.txt',
  'turned/inner': 'file inner',
  flat: 'file flat',
};
const after: DescribedTree = {
  'a.txt': 'exec one, changed',
  'new/z.js': 'file z',
  link: 'link new/z.js',
  turned: 'file no folder any more',
  'flat/inner': 'file a folder now',
};

function play(base: string, what: 'apply' | 'undo', step: number): ReturnType<typeof spawnSync> {
  const trees = JSON.stringify({ before, after });
  return spawnSync(process.execPath, [harness, base, what, trees, String(step)], { encoding: 'utf8' });
}

function prepared(): string {
  const base = temporaryDirectory(quickParent);
  makeTree(join(base, 'target'), before);
  makeTree(join(base, 'source'), after);
  return base;
}

async function putBack(base: string): Promise<void> {
  const undo = join(base, 'undo');
  for (const stored of readUndoRecords(undo).toReversed()) {
    const { conflicts } = await undoChanges(stored, { undo });
    expect(conflicts).toEqual([]);
  }
}

/** Without names of ours, which a crash may leave until it is gone on with. */
function seen(base: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(contentOf(join(base, 'target'))).filter(
      ([path]) => !/(?:^|\/)\.massgen-[0-9a-f]{16}\.tmp$/u.test(path),
    ),
  );
}

function expectWhole(content: Record<string, string>, at: string): void {
  for (const [path, what] of Object.entries(content))
    expect([whole(before)[path], whole(after)[path]], `${path} ${at}`).toContain(what);
}

/** What is done, step by step. */
function stepsOf(what: 'apply' | 'undo'): readonly string[] {
  const base = prepared();
  const made = play(base, 'apply', 0);
  return String(what === 'apply' ? made.stdout : play(base, 'undo', 0).stdout).split(' ');
}

/** Numbers of steps from 1: all, or one of each kind. */
function pointsOf(steps: readonly string[]): readonly number[] {
  return steps.flatMap((kind, index) => (full || steps.indexOf(kind) === index ? [index + 1] : []));
}

describe('a process that is killed while it makes changes', () => {
  test('leaves each file old or new, and the changes can be made to their end and be put back', async () => {
    const steps = stepsOf('apply');
    expect(steps.length).toBeGreaterThan(25);
    for (const step of pointsOf(steps)) {
      const base = prepared();
      expect(play(base, 'apply', step).signal, `step ${step}`).toBe('SIGKILL');
      expectWhole(seen(base), `after a kill before step ${step}`);
      const other = `${temporaryDirectory(quickParent)}/other`;
      cpSync(base, other, { recursive: true, verbatimSymlinks: true });

      const { conflicts } = await apply({ base, before, after, batch: 'second' });
      expect(conflicts, `step ${step}`).toEqual([]);
      expect(contentOf(join(base, 'target')), `step ${step}`).toEqual(whole(after));
      const batches = readUndoRecords(join(base, 'undo')).map(({ record }) => record.batch);
      // What was begun is gone on with; before the first record nothing was.
      expect(new Set(batches).size).toBe(1);
      await putBack(base);
      expect(contentOf(join(base, 'target')), `step ${step}`).toEqual(whole(before));
    }
  });

  test('can have it put back without going on', async () => {
    const steps = stepsOf('apply');
    for (const step of pointsOf(steps)) {
      const base = prepared();
      play(base, 'apply', step);
      await putBack(base);
      const names = readdirSync(join(base, 'target'), { recursive: true, encoding: 'utf8' });
      if (readUndoRecords(join(base, 'undo')).length > 0)
        expect(
          names.filter((name) => name.includes('.massgen')),
          `step ${step}`,
        ).toEqual([]);
      expect(seen(base), `step ${step}`).toEqual(whole(before));
    }
  });
});

test('a process that is killed while it puts changes back can put them back to the end', async () => {
  const steps = stepsOf('undo');
  expect(steps.length).toBeGreaterThan(20);
  for (const step of pointsOf(steps)) {
    const base = prepared();
    play(base, 'apply', 0);
    expect(play(base, 'undo', step).signal, `step ${step}`).toBe('SIGKILL');
    expectWhole(seen(base), `after a kill before step ${step} of putting back`);
    await putBack(base);
    expect(contentOf(join(base, 'target')), `step ${step}`).toEqual(whole(before));
  }
});
