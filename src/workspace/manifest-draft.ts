/**
 * The manifest of a tree, made from what is known of its entries. Where only some contents changed since the last one,
 * it costs what changed and one pass of the hash over the text.
 */
import { createHash } from 'node:crypto';
import type { SkippedFile } from '../events/run-event.ts';
import type { KnownTree } from './change-detector.ts';
import type { TrackedEntry } from './entry-reader.ts';
import {
  encodeRest,
  frameOf,
  type Manifest,
  type ManifestEntry,
  type ManifestRest,
  type ManifestText,
} from './manifest.ts';
import type { WorkSlice } from './work-slice.ts';

export interface ManifestDraft {
  readonly id: string;
  readonly manifest: Manifest;
  readonly text: ManifestText;
  /** Lines in blocks, as bytes. */
  readonly blocks: readonly Buffer[];
  /** Places of lines that may differ from the draft before, where all others are the same in the same places. */
  readonly places?: readonly number[];
}

export interface DraftOptions {
  readonly tree: KnownTree<TrackedEntry>;
  readonly excluded: readonly string[];
  /** What could not be read. */
  readonly skipped: readonly SkippedFile[];
  readonly slice: WorkSlice;
  /** The last draft, of a tree with the same paths, and the places in it that may have another content. */
  readonly last?: { readonly draft: ManifestDraft; readonly places: readonly number[] } | undefined;
}

const linesInBlock = 1_024;
const counted = { file: 'files', directory: 'directories', link: 'links' } as const;

export async function draftManifest(options: DraftOptions): Promise<ManifestDraft> {
  const { excluded, skipped, slice, last } = options;
  const patched = last === undefined ? undefined : patch(options, last.draft, last.places);
  const { lines, entries, totals, unfaithful } = patched ?? describe(options.tree);
  if (patched === undefined && lines.length > linesInBlock) await slice.rest();
  const rest: ManifestRest = { excluded, skipped: [...skipped, ...unfaithful], totals };
  const text = { lines, rest: encodeRest(rest) };
  const blocks = await blocksOf(lines, patched === undefined ? undefined : last, slice);
  const { before, after } = frameOf(text.rest);
  const digest = createHash('sha256').update(before);
  for (const [index, block] of blocks.entries()) {
    if (index > 0) digest.update(',\n');
    digest.update(block);
    if (index % 16 === 15) await slice.rest();
  }
  const id = digest.update(after).digest('hex');
  const places = patched === undefined ? undefined : last?.places;
  return {
    id,
    manifest: { v: 1, entries, ...rest },
    text,
    blocks,
    ...(places === undefined ? {} : { places }),
  };
}

interface Description {
  readonly lines: string[];
  readonly entries: ManifestEntry[];
  readonly totals: Manifest['totals'];
  readonly unfaithful: readonly SkippedFile[];
}

function describe({ entries: tree }: KnownTree<TrackedEntry>): Description {
  const lines: string[] = [];
  const entries: ManifestEntry[] = [];
  const unfaithful: SkippedFile[] = [];
  const totals = { files: 0, directories: 0, links: 0, bytes: 0 };
  for (const { content } of tree) {
    if (content === undefined) continue;
    const { entry, line, problem } = content;
    lines.push(line);
    entries.push(entry);
    totals[counted[entry.kind]] += 1;
    if (entry.kind === 'file') totals.bytes += entry.size;
    if (problem !== undefined) unfaithful.push({ path: entry.path, reason: problem });
  }
  return { lines, entries, totals, unfaithful };
}

/** Undefined when more than contents of files changed, or something is not as simple: then all is described anew. */
function patch(
  { tree }: DraftOptions,
  { manifest, text }: ManifestDraft,
  places: readonly number[],
): Description | undefined {
  // Something of the tree is not in the manifest, or is in it with a remark.
  if (manifest.entries.length !== tree.entries.length || manifest.skipped.length > 0) return undefined;
  const lines = [...text.lines];
  const entries = [...manifest.entries];
  let { bytes } = manifest.totals;
  for (const place of places) {
    const content = tree.entries[place]?.content;
    const was = entries[place];
    if (content === undefined || content.problem !== undefined || was?.kind !== content.entry.kind)
      return undefined;
    const { entry, line } = content;
    bytes += (entry.kind === 'file' ? entry.size : 0) - (was.kind === 'file' ? was.size : 0);
    lines[place] = line;
    entries[place] = entry;
  }
  return { lines, entries, totals: { ...manifest.totals, bytes }, unfaithful: [] };
}

async function blocksOf(
  lines: readonly string[],
  last: DraftOptions['last'],
  slice: WorkSlice,
): Promise<readonly Buffer[]> {
  const make = (block: number): Buffer =>
    Buffer.from(lines.slice(block * linesInBlock, (block + 1) * linesInBlock).join(',\n'));
  if (last !== undefined) {
    const blocks = [...last.draft.blocks];
    for (const block of new Set(last.places.map((place) => Math.floor(place / linesInBlock))))
      blocks[block] = make(block);
    return blocks;
  }
  const blocks: Buffer[] = [];
  for (let block = 0; block * linesInBlock < lines.length; block += 1) {
    blocks.push(make(block));
    if (block % 8 === 7) await slice.rest();
  }
  return blocks;
}
