/** `massgen runs undo`: puts back what was changed last for a run. */
import { plural } from '../display/describe-event.ts';
import { oneLine, visibleText } from '../display/visible-text.ts';
import { escapeUnseen } from '../logging/redacted-json.ts';
import { namedRun } from './named-run.ts';
import { openRuntime } from './open-runtime.ts';

/** Ends with 2 when something was left as it is. */
export async function runsUndoCommand(
  first: string | undefined,
  flags: { readonly output: 'text' | 'json' },
): Promise<number> {
  const runtime = openRuntime();
  const { run } = await namedRun(runtime, first);
  const done = await runtime.undoChanges(run);
  const left = done.places.flatMap(({ conflicts }) => conflicts).length;
  if (flags.output === 'json') process.stdout.write(`${escapeUnseen(JSON.stringify(done, undefined, 2))}\n`);
  else {
    for (const { target, undone, conflicts } of done.places) {
      process.stdout.write(visibleText(`${target}: ${plural(undone.length, 'change')} put back\n`));
      for (const path of undone) process.stdout.write(`  put back  ${oneLine(path, 400)}\n`);
      for (const { path, reason } of conflicts)
        process.stdout.write(`  left      ${oneLine(path, 400)}: ${oneLine(reason, 200)}\n`);
    }
  }
  return left === 0 ? 0 : 2;
}
