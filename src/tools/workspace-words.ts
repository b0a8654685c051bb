/** What a model reads of files that were moved or compared: short, with a count of what is not said. Pure. */
import type { WorkspaceDiff } from '../workspace/workspace-diff.ts';
import type { Moved } from '../workspace/workspace-moves.ts';

const mostListed = 50;

export function describeMoved(what: string, moved: Moved): string {
  const { added, replaced, removed, same, leftOut } = moved;
  const parts = [
    ...list('added', added),
    ...list('replaced', replaced),
    ...list('removed', removed),
    ...(same === 0 ? [] : [`${same} ${same === 1 ? 'file was' : 'files were'} there already as wanted`]),
    ...list(
      'left as they are',
      leftOut.map(({ path, reason }) => `${JSON.stringify(path)} (${reason})`),
      (text) => text,
    ),
  ];
  return `${what}.\n${parts.length === 0 ? 'There was nothing to do.' : parts.join('\n')}`;
}

export function describeCompared({ from, to, changes, more, details, undescribed }: WorkspaceDiff): string {
  if (changes.length === 0) return `No difference between ${from} and ${to}.`;
  const lines = changes.map(({ path, kind }) => `${marks[kind]} ${shown(path)}`);
  return [
    `From ${from} to ${to}: + only in the second, - only in the first, ~ changed.`,
    ...lines,
    ...(more === 0 ? [] : [`… and ${more} more; compare a folder in it to see them`]),
    ...details.map((detail) => `\n${detail}`),
    ...(undescribed === 0
      ? []
      : [
          `\n${undescribed} more changed ${undescribed === 1 ? 'file is' : 'files are'} not shown; compare them one by one`,
        ]),
  ].join('\n');
}

const marks = { added: '+', modified: '~', deleted: '-' } as const;

function list(
  title: string,
  items: readonly string[],
  show: (item: string) => string = shown,
): readonly string[] {
  if (items.length === 0) return [];
  const more = items.length > mostListed ? ` and ${items.length - mostListed} more` : '';
  return [`${items.length} ${title}: ${items.slice(0, mostListed).map(show).join(', ')}${more}`];
}

/** Names may hold anything; a plain one is shown as it is. */
function shown(path: string): string {
  return /^[\w./@+=-]+$/u.test(path) ? path : JSON.stringify(path);
}
