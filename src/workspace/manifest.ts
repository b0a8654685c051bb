/**
 * What a snapshot holds. Its canonical text is the file `manifest.json`, and the SHA-256 of that text is the id of
 * the snapshot: equal workspaces have equal ids, and a manifest that was changed no longer has its name.
 */
import { hash } from 'node:crypto';
import { z } from 'zod';

/** Mode of a directory, an executable file, any other file and a link; nothing else is kept of modes. */
export const keptModes = { directory: 0o755, executable: 0o755, file: 0o644, link: 0o777 } as const;

const path = z.string().refine((text) => text.split('/').every(isPlainName), 'is no relative path');
const count = z.number().int().nonnegative();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/u);

const entrySchema = z.discriminatedUnion('kind', [
  z.object({ path, kind: z.literal('directory'), mode: z.literal(keptModes.directory), size: z.literal(0) }),
  z.object({
    path,
    kind: z.literal('file'),
    mode: z.union([z.literal(keptModes.file), z.literal(keptModes.executable)]),
    /** Bytes. */
    size: count,
    sha256,
  }),
  z.object({
    path,
    kind: z.literal('link'),
    mode: z.literal(keptModes.link),
    /** Bytes of the text. */
    size: count,
    /** Where it leads, as text; never followed. */
    link: z.string(),
  }),
]);

const manifestSchema = z.object({
  v: z.literal(1),
  /** Each directory right before what it holds; names in a fixed order. */
  entries: z.array(entrySchema).readonly(),
  /** Paths left out by the default excludes. */
  excluded: z.array(z.string()).readonly(),
  /** Paths that are not, or not faithfully, in the copies, each with the reason. */
  skipped: z.array(z.object({ path: z.string(), reason: z.string() })).readonly(),
  totals: z.object({ files: count, directories: count, links: count, bytes: count }),
});

export type ManifestEntry = Readonly<z.infer<typeof entrySchema>>;

/** Paths are relative to the workspace, with `/`. */
export type Manifest = Readonly<z.infer<typeof manifestSchema>>;

/** Fixed order of keys, no spaces, one entry a line so that people can compare two of them. */
export function encodeManifest(manifest: Manifest): string {
  const { v, entries, excluded, skipped, totals } = manifest;
  const lines = entries.map((entry) => {
    const { path: at, kind, mode, size } = entry;
    const rest = kind === 'file' ? { sha256: entry.sha256 } : kind === 'link' ? { link: entry.link } : {};
    return JSON.stringify({ path: at, kind, mode, size, ...rest });
  });
  const { files, directories, links, bytes } = totals;
  const tail = JSON.stringify({
    excluded,
    skipped: skipped.map(({ path: at, reason }) => ({ path: at, reason })),
    totals: { files, directories, links, bytes },
  });
  return `{"v":${v},"entries":[\n${lines.join(',\n')}\n],${tail.slice(1)}\n`;
}

/** Lower-case hex. */
export function snapshotId(encoded: string): string {
  return hash('sha256', encoded);
}

/** Throws a `SyntaxError` or a `ZodError` when the text is no manifest. */
export function parseManifest(encoded: string): Manifest {
  return manifestSchema.parse(JSON.parse(encoded));
}

/** True for what can be the name of one file or directory. */
export function isPlainName(name: string): boolean {
  return (
    name !== '' && name !== '.' && name !== '..' && !/[/\0]/u.test(name) && Buffer.byteLength(name) <= 255
  );
}
