/** For `apply: ask`: puts the changes of a final turn before the person at the terminal. Only a clear yes makes them. */
import { plural } from '../display/describe-event.ts';
import { oneLine } from '../display/visible-text.ts';
import type { ConfirmChanges, ProposedChanges } from '../runtime/run-options.ts';
import { createLineSource, type LineSource } from './line-source.ts';

export interface ChangesAskerOptions {
  /** Lines of the terminal. Default: opened for each question. */
  readonly lines?: LineSource;
}

/** Undefined where nobody sits at a terminal. */
export function createChangesAsker({ lines }: ChangesAskerOptions = {}): ConfirmChanges | undefined {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined;
  return async (proposed, signal) => {
    const source = lines ?? createLineSource(process.stdin);
    try {
      process.stderr.write(questionText(proposed));
      const line = await source.fresh(signal);
      return line === undefined ? undefined : isYes(line);
    } finally {
      if (lines === undefined) {
        source.close();
        process.stdin.pause();
      }
    }
  };
}

const marks = { added: '+', modified: '~', deleted: '-' } as const;
const longestList = 30;

function questionText({ path, changes }: ProposedChanges): string {
  const shown = changes
    .slice(0, longestList)
    .map((each) => `  ${marks[each.kind]} ${oneLine(each.path, 200)}\n`);
  const more = changes.length > longestList ? `  and ${changes.length - longestList} more\n` : '';
  return `\nThe final turn made ${plural(changes.length, 'change')} in its copy of ${oneLine(path, 400)}:\n${shown.join('')}${more}Make them there, too? [y/N] `;
}

function isYes(text: string): boolean {
  return /^(?:y|yes)$/iu.test(text.trim());
}
