/** What became of the user's files at the end of a run, as lines behind its result. Pure. */
import type { DurableEventOf } from '../events/run-event.ts';
import { changesText, keptBecause, plural } from './describe-event.ts';
import { oneLine } from './visible-text.ts';

export type MadeChanges =
  | DurableEventOf<'context.changed'>
  | DurableEventOf<'changes.applied'>
  | DurableEventOf<'changes.kept'>;

const longestList = 10;

/** `shortPath` makes paths short for people. */
export function madeLines(
  changes: readonly MadeChanges[],
  run: string,
  shortPath: (path: string) => string,
): readonly string[] {
  const lines: string[] = [];
  let made = 0;
  let waiting = 0;
  const did = new Map<string, string>();
  for (const event of changes) {
    const path = shortPath(event.path);
    if (event.type === 'context.changed') {
      did.set(path, changesText(event));
      continue;
    }
    if (event.type === 'changes.kept') {
      waiting += 1;
      lines.push(`Wait  changes in ${path}: ${event.error?.message ?? keptBecause[event.reason]}`);
      continue;
    }
    const { applied, conflicts, refused, cut } = event;
    made += applied.length;
    waiting += conflicts.length;
    if (applied.length > 0) {
      const whole = conflicts.length + refused.length === 0 ? did.get(path) : undefined;
      lines.push(
        `Made  ${cut ? 'more than ' : ''}${plural(applied.length, 'change')} in ${path}${whole === undefined ? '' : `: ${whole}`}`,
      );
    }
    lines.push(
      ...some(conflicts).map(
        (each) => `Wait  ${oneLine(each.path, 200)} in ${path}: ${oneLine(each.reason, 200)}`,
      ),
      ...some(refused).map(
        (each) => `Not   ${oneLine(each.path, 200)} in ${path}: ${oneLine(each.reason, 200)}`,
      ),
    );
  }
  if (waiting > 0) lines.push(`      see: massgen runs diff ${run}; make: massgen runs apply ${run}`);
  if (made > 0) lines.push(`      put back: massgen runs undo ${run}`);
  return lines;
}

function some<T>(list: readonly T[]): readonly T[] {
  return list.slice(0, longestList);
}
