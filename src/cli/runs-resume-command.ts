/** `massgen runs resume`: goes on with a run where its journal ends. */
import { journalErrors } from '../errors/journal-errors.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { mcpRunOptions } from './mcp-run-options.ts';
import { openRuntime } from './open-runtime.ts';
import type { RunFlags } from './run-flags.ts';
import { createRunWatcher } from './watch-run.ts';

export async function runsResumeCommand(run: string, flags: RunFlags): Promise<number> {
  const runtime = openRuntime();
  const id = run === 'last' ? (await runtime.listRuns())[0]?.id : run;
  if (id === undefined)
    throw new MassGenError(journalErrors.runNotFound, { detail: 'there are no runs here' });
  const watcher = createRunWatcher(flags.output, runtime.cwd);
  const resumed = await runtime.resumeRun(id, {
    sinks: watcher.sinks,
    debug: flags.debug ?? false,
    ...mcpRunOptions(flags),
    ...(flags.orchestratorTimeout === undefined
      ? {}
      : { orchestratorTimeoutSeconds: flags.orchestratorTimeout }),
  });
  return (await watcher.watch(resumed)).status;
}
