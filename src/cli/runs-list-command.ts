/** `massgen runs list`: the runs here, newest first. */
import { oneLine } from '../display/visible-text.ts';
import { openRuntime } from './open-runtime.ts';

export async function runsListCommand(flags: { readonly output: 'text' | 'json' }): Promise<number> {
  const runs = await openRuntime().listRuns();
  if (flags.output === 'json') {
    process.stdout.write(`${JSON.stringify(runs, undefined, 2)}\n`);
    return 0;
  }
  if (runs.length === 0) process.stdout.write('No runs in massgen_logs.\n');
  for (const run of runs) {
    const what = run.state === 'damaged' ? oneLine(run.problem, 200) : oneLine(run.question, 60);
    const how = run.state === 'finished' ? run.outcome : run.state;
    process.stdout.write(`${run.id}  ${how.padEnd(11)}  ${what}\n`);
  }
  return 0;
}
