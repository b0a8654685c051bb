/** `massgen "question"`: one run of the chosen team; without a question, a conversation. */
import { chooseConfig } from './choose-config.ts';
import { converse } from './conversation.ts';
import { commandEnvironment, openRuntime } from './open-runtime.ts';
import type { RunFlags } from './run-flags.ts';
import { outputSinks, watchRun } from './watch-run.ts';

export async function runCommand(question: string | undefined, flags: RunFlags): Promise<number> {
  const runtime = openRuntime();
  const { config, path, workspacesForAll } = await chooseConfig(flags, runtime.cwd, commandEnvironment(runtime.cwd));
  const options = {
    config,
    ...(path === undefined ? {} : { configPath: path }),
    ...(flags.seed === undefined ? {} : { seed: flags.seed }),
    workspacesForAll,
    isolateWorkspaces: flags.isolateWorkspaces ?? false,
    sinks: outputSinks(flags.output, runtime.cwd),
    debug: flags.debug ?? false,
    logs: flags.logs ?? true,
  };
  if (question === undefined || question.trim() === '') return converse(runtime, options, flags.output);
  const handle = await runtime.startRun({ ...options, question });
  return (await watchRun(handle, flags.output)).status;
}
