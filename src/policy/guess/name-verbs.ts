/** What the words of a tool's name say it does. */
import {
  deleteWords,
  joiningWords,
  lightWords,
  moveWords,
  otherWords,
  readNouns,
  readWords,
  runWords,
  strongWords,
  writeWords,
} from './tool-words.ts';

export type Deed = 'read' | 'write' | 'move' | 'delete' | 'run' | 'other';

const lists: readonly (readonly [Deed, ReadonlySet<string>])[] = [
  ['run', runWords],
  ['delete', deleteWords],
  ['move', moveWords],
  ['write', writeWords],
  ['other', otherWords],
  ['read', readWords],
];

/**
 * The deeds a name speaks of, none when no word is known. The first verb counts, and those that are joined to it:
 * `create_or_update_file` creates and updates, `get_deleted_files` and `list_tags` read.
 */
export function deedsOf(tokens: readonly string[]): readonly Deed[] {
  const first = tokens.findIndex((token) => deedOf(token) !== undefined);
  if (first === -1) {
    if (tokens.some((token) => readNouns.has(token))) return ['read'];
    return tokens.some((token) => lightWords.has(token)) ? ['other'] : [];
  }
  const rest = tokens.slice(first + 1);
  const deeds = [deedOf(tokens[first])];
  for (const [at, token] of rest.entries()) {
    const joined = rest.slice(0, at).some((before) => joiningWords.has(before));
    if (joined || strongWords.has(token)) deeds.push(deedOf(token));
  }
  return [...new Set(deeds.filter((deed) => deed !== undefined))];
}

function deedOf(token = ''): Deed | undefined {
  return lists.find(([, list]) => list.has(token))?.[0];
}
