/** `massgen runs apply`: makes the changes of a run in files of the user, but for what somebody else changed meanwhile. */
import { plural } from '../display/describe-event.ts';
import { oneLine, visibleText } from '../display/visible-text.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { workspaceErrors } from '../errors/workspace-errors.ts';
import { escapeUnseen } from '../logging/redacted-json.ts';
import type { AppliedAt } from '../runtime/run-changes.ts';
import { namedRun } from './named-run.ts';
import { openRuntime } from './open-runtime.ts';
import { printError } from './print-error.ts';

export async function runsApplyCommand(
  first: string | undefined,
  second: string | undefined,
  flags: { readonly output: 'text' | 'json'; readonly force?: boolean },
): Promise<number> {
  const runtime = openRuntime();
  const { run: named, directory } = await namedRun(runtime, first, second);
  const { run, places } = await runtime.applyChanges(named, {
    ...(directory === undefined ? {} : { directory }),
    force: flags.force ?? false,
  });
  const json = flags.output === 'json';
  if (json) process.stdout.write(`${escapeUnseen(JSON.stringify({ run, places }, undefined, 2))}\n`);
  else process.stdout.write(visibleText(places.map((place) => placeText(place, run)).join('')));
  const waiting = places.flatMap(({ conflicts }) => conflicts).length;
  if (waiting === 0) return 0;
  const { changesWait } = workspaceErrors;
  const target = directory === undefined ? run : `${run} ${directory}`;
  return printError(
    new MassGenError(changesWait, {
      detail: plural(waiting, 'file'),
      hint: changesWait.hint.replaceAll('RUN', target),
    }),
    json,
  );
}

function placeText({ path, applied, conflicts, refused }: AppliedAt, run: string): string {
  const row = (what: string, text: string): string => `  ${what.padEnd(9)} ${text}\n`;
  const rows = [
    ...applied.map((each) => row(each.kind, oneLine(each.path, 400))),
    ...conflicts.map((each) => row('conflict', `${oneLine(each.path, 400)}: ${oneLine(each.reason, 200)}`)),
    ...refused.map((each) => row('refused', `${oneLine(each.path, 400)}: ${oneLine(each.reason, 200)}`)),
  ];
  const done =
    applied.length === 0
      ? 'nothing was changed'
      : `${plural(applied.length, 'change')} made; to put ${applied.length === 1 ? 'it' : 'them'} back: massgen runs undo ${run}`;
  return `${path}: ${done}\n${rows.join('')}`;
}
