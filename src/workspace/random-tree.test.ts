/** Properties over random trees: whatever an agent leaves in its workspace. */
import { mkdirSync, realpathSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isWithin } from '../policy/protected-paths.ts';
import { createContentSnapshotStore } from './content-snapshot-store.ts';
import { contentOf, quickParent, temporaryDirectory } from './file-tree.test-support.ts';
import { encodeManifest, parseManifest, snapshotId } from './manifest.ts';
import { entryName, makeTree, tree } from './random-tree.test-support.ts';

/** The tree without what a copy does not get, as `contentOf` describes it. */
function expectedContent(root: string, left: ReadonlySet<string>): Record<string, string> {
  const all = Object.entries(contentOf(root));
  return Object.fromEntries(
    all.filter(
      ([path, what]) => what !== 'odd' && !left.has(path) && !path.split('/').includes('node_modules'),
    ),
  );
}

test('a published tree comes out as it went in, but for what its manifest names', async () => {
  const base = temporaryDirectory(quickParent);
  const store = createContentSnapshotStore({ directory: join(base, 'store') });
  let count = 0;
  await fc.assert(
    fc.asyncProperty(tree, async (children) => {
      count += 1;
      const workspace = join(base, `ws${count}`);
      const copy = join(base, `copy${count}`);
      mkdirSync(workspace);
      makeTree(workspace, children);

      const { id, manifest } = await store.publish(workspace);
      await store.materialize(id, copy);

      const left = new Set(manifest.skipped.map(({ path }) => path));
      const content = contentOf(copy);
      expect(content).toEqual(expectedContent(workspace, left));
      for (const [path, what] of Object.entries(contentOf(workspace))) {
        if (what === 'odd' && !path.split('/').includes('node_modules')) expect(left).toContain(path);
      }
      for (const [path, what] of Object.entries(content)) {
        if (what.startsWith('link')) expect(leadsOutOf(copy, join(copy, path))).toBe(false);
      }
      // A copy has everything its own snapshot names, so it is a workspace like any other.
      const again = await store.publish(copy);
      const links = (entries: typeof manifest.entries) => entries.filter(({ path }) => !left.has(path));
      expect(again.manifest.entries).toEqual(links(manifest.entries));
    }),
    { numRuns: 150 },
  );
});

test('links that are made never lead out, however they lean on each other', async () => {
  const base = temporaryDirectory(quickParent);
  const store = createContentSnapshotStore({ directory: join(base, 'store') });
  const part = fc.constantFrom('..', '..', '.', 'd', 'e', 'x', 'y', 'z');
  const links = fc.dictionary(
    fc.constantFrom('x', 'y', 'z', 'd/x', 'd/y', 'd/e/x', 'd/e/z'),
    fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/')),
  );
  let count = 0;
  await fc.assert(
    fc.asyncProperty(links, async (wanted) => {
      count += 1;
      const workspace = join(base, `ws${count}`);
      const copy = join(base, `copy${count}`);
      mkdirSync(join(workspace, 'd/e'), { recursive: true });
      for (const [path, to] of Object.entries(wanted)) symlinkSync(to, join(workspace, path));
      const { id } = await store.publish(workspace);
      await store.materialize(id, copy);
      for (const [path, what] of Object.entries(contentOf(copy))) {
        if (what.startsWith('link')) expect(leadsOutOf(copy, join(copy, path))).toBe(false);
      }
    }),
    { numRuns: 150, examples: [[{ 'd/e/z': '../..', 'd/e/x': 'z/..' }]] },
  );
});

test('a manifest is read as it was written, and its text depends on nothing else', () => {
  const path = fc.array(entryName, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
  const size = fc.nat();
  const sha256 = fc
    .uint8Array({ minLength: 32, maxLength: 32 })
    .map((bytes) => Buffer.from(bytes).toString('hex'));
  const entry = fc.oneof(
    fc.record({
      path,
      kind: fc.constant('file' as const),
      mode: fc.constantFrom(0o644 as const, 0o755 as const),
      size,
      sha256,
    }),
    fc.record({
      path,
      kind: fc.constant('directory' as const),
      mode: fc.constant(0o755 as const),
      size: fc.constant(0 as const),
    }),
    fc.record({
      path,
      kind: fc.constant('link' as const),
      mode: fc.constant(0o777 as const),
      size,
      link: fc.string(),
    }),
  );
  const manifest = fc.record({
    v: fc.constant(1 as const),
    entries: fc.array(entry),
    excluded: fc.array(fc.string()),
    skipped: fc.array(fc.record({ path: fc.string(), reason: fc.string() })),
    totals: fc.record({ files: size, directories: size, links: size, bytes: size }),
  });
  fc.assert(
    fc.property(manifest, (given) => {
      const text = encodeManifest(given);
      expect(parseManifest(text)).toEqual(given);
      expect(encodeManifest(parseManifest(text))).toBe(text);
      expect(snapshotId(text)).toMatch(/^[0-9a-f]{64}$/u);
    }),
  );
});

test.each(['/etc/passwd', '../x', 'a/../../x', 'a//b', '', 'a/.', 'a\0b'])(
  'a manifest with the path %j is refused',
  (path) => {
    const totals = { files: 0, directories: 1, links: 0, bytes: 0 };
    const entries = [{ path, kind: 'directory', mode: 0o755, size: 0 }];
    expect(() => parseManifest(JSON.stringify({ v: 1, entries, excluded: [], skipped: [], totals }))).toThrow(
      'is no relative path',
    );
  },
);

/** As the system resolves it; what leads nowhere leads nowhere outside either. */
function leadsOutOf(root: string, link: string): boolean {
  try {
    return !isWithin(realpathSync.native(link), root);
  } catch {
    return false;
  }
}
