/**
 * What a snapshot holds. The SHA-256 of its canonical text is the id of the snapshot: equal workspaces have equal
 * ids, and a manifest that was changed no longer has its name.
 */
import { hash } from 'node:crypto';
import { z } from 'zod';

/** Mode of a directory, an executable file, any other file and a link; a snapshot keeps nothing else of modes. */
export const keptModes = { directory: 0o755, executable: 0o755, file: 0o644, link: 0o777 } as const;

const path = z.string().refine((text) => text.split('/').every(isPlainName), 'is no relative path');
const count = z.number().int().nonnegative();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/u);

/** One of `keptModes` in a snapshot; any in the manifest of what was taken away and may be put back. */
const mode = z.int().min(0).max(0o7777);

const entrySchema = z.discriminatedUnion('kind', [
  z.object({ path, kind: z.literal('directory'), mode, size: z.literal(0) }),
  z.object({
    path,
    kind: z.literal('file'),
    mode,
    /** Bytes. */
    size: count,
    sha256,
  }),
  z.object({
    path,
    kind: z.literal('link'),
    mode,
    /** Bytes of the text. */
    size: count,
    /** Where it leads, as text; never followed. */
    link: z.string(),
  }),
]);

const restSchema = z.object({
  /** Paths left out on purpose, such as `.git`. */
  excluded: z.array(z.string()).readonly(),
  /** Paths that are not, or not faithfully, in the copies, each with the reason. */
  skipped: z.array(z.object({ path: z.string(), reason: z.string() })).readonly(),
  totals: z.object({ files: count, directories: count, links: count, bytes: count }),
});

const manifestSchema = restSchema.extend({
  v: z.literal(1),
  /** Each directory right before what it holds; names in a fixed order. */
  entries: z.array(entrySchema).readonly(),
});

export type ManifestEntry = Readonly<z.infer<typeof entrySchema>>;

/** Paths are relative to the workspace, with `/`. */
export type Manifest = Readonly<z.infer<typeof manifestSchema>>;

/** All of a manifest but its entries. */
export type ManifestRest = Omit<Manifest, 'v' | 'entries'>;

/** The parts of the canonical text: one line for each entry, and what comes after them. */
export interface ManifestText {
  readonly lines: readonly string[];
  readonly rest: string;
}

const head = '{"v":1,"entries":[\n';
const tail = '\n],';

/** Fixed order of keys, no spaces, one entry a line so that people can compare two of them. */
export function encodeManifest({ entries, ...rest }: Manifest): string {
  return joinManifest({ lines: entries.map(encodeEntry), rest: encodeRest(rest) });
}

export function encodeEntry(entry: ManifestEntry): string {
  const { path: at, kind, mode, size } = entry;
  const more = kind === 'file' ? { sha256: entry.sha256 } : kind === 'link' ? { link: entry.link } : {};
  return JSON.stringify({ path: at, kind, mode, size, ...more });
}

export function encodeRest({ excluded, skipped, totals }: ManifestRest): string {
  const { files, directories, links, bytes } = totals;
  return JSON.stringify({
    excluded,
    skipped: skipped.map(({ path: at, reason }) => ({ path: at, reason })),
    totals: { files, directories, links, bytes },
  });
}

export function joinManifest({ lines, rest }: ManifestText): string {
  const { before, after } = frameOf(rest);
  return `${before}${lines.join(',\n')}${after}`;
}

/** What comes before the lines of the entries, and after them. */
export function frameOf(rest: string): { readonly before: string; readonly after: string } {
  return { before: head, after: `${tail}${rest.slice(1)}\n` };
}

/** The inverse of `joinManifest`, for texts made by it; undefined for any other text. */
export function splitManifest(text: string): ManifestText | undefined {
  const end = text.lastIndexOf(tail);
  if (!text.startsWith(head) || end < head.length - 1 || !text.endsWith('\n')) return undefined;
  const entries = text.slice(head.length, end);
  return {
    lines: entries === '' ? [] : entries.split(',\n'),
    rest: `{${text.slice(end + tail.length, -1)}`,
  };
}

/** Lower-case hex. */
export function snapshotId(encoded: string): string {
  return hash('sha256', encoded);
}

/** Throws a `SyntaxError` or a `ZodError` when the text is no manifest. */
export function parseManifest(encoded: string): Manifest {
  return manifestSchema.parse(JSON.parse(encoded));
}

/** Throws as `parseManifest` does. */
export function parseEntry(line: string): ManifestEntry {
  return entrySchema.parse(JSON.parse(line));
}

/** Throws as `parseManifest` does. */
export function parseRest(rest: string): ManifestRest {
  return restSchema.parse(JSON.parse(rest));
}

/** True for what can be the name of one file or directory. */
export function isPlainName(name: string): boolean {
  return (
    name !== '' && name !== '.' && name !== '..' && !/[/\0]/u.test(name) && Buffer.byteLength(name) <= 255
  );
}
