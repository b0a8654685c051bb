/**
 * The difference of two contents for people and for `patch`: a unified diff where both are text, else what they are.
 * Never takes long: what is too large or too different is named as such.
 */
import { isUtf8 } from 'node:buffer';
import { formatPatch, OMIT_HEADERS, structuredPatch } from 'diff';

export type ContentDiff =
  /** Hunks of a unified diff without its header. */
  | { readonly type: 'text'; readonly hunks: string; readonly added: number; readonly removed: number }
  | { readonly type: 'binary' }
  | { readonly type: 'large' };

/** Characters of both texts together. */
const mostCharacters = 4_000_000;
/** For a program that has nothing else to do. */
const patient: DiffEffort = { mostEdits: 20_000, longestMs: 1_000 };
const contextLines = 3;

/** How much is done to find the difference; nothing else gets its turn meanwhile. */
export interface DiffEffort {
  /** Lines that are added or removed. */
  readonly mostEdits: number;
  readonly longestMs: number;
}

/** `undefined` stands for no file. */
export function diffContents(
  before: Buffer | undefined,
  after: Buffer | undefined,
  { mostEdits, longestMs }: DiffEffort = patient,
): ContentDiff {
  if (!isText(before) || !isText(after)) return { type: 'binary' };
  const one = before?.toString('utf8') ?? '';
  const other = after?.toString('utf8') ?? '';
  if (one.length + other.length > mostCharacters) return { type: 'large' };
  const patch = structuredPatch('a', 'b', one, other, undefined, undefined, {
    context: contextLines,
    maxEditLength: mostEdits,
    timeout: longestMs,
  });
  if (patch === undefined) return { type: 'large' };
  const lines = patch.hunks.flatMap((hunk) => hunk.lines);
  return {
    type: 'text',
    hunks: patch.hunks.length === 0 ? '' : formatPatch(patch, OMIT_HEADERS),
    added: lines.filter((line) => line.startsWith('+')).length,
    removed: lines.filter((line) => line.startsWith('-')).length,
  };
}

function isText(content: Buffer | undefined): boolean {
  return content === undefined || (isUtf8(content) && !content.includes(0));
}
