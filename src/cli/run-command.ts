/** `massgen "question"`: one run of the chosen team; without a question, a conversation. */
import { chooseConfig } from './choose-config.ts';
import { converse } from './conversation.ts';
import { createLineSource } from './line-source.ts';
import { mcpRunOptions } from './mcp-run-options.ts';
import { commandEnvironment, openRuntime } from './open-runtime.ts';
import type { RunFlags } from './run-flags.ts';
import { createRunWatcher } from './watch-run.ts';

export async function runCommand(question: string | undefined, flags: RunFlags): Promise<number> {
  const runtime = openRuntime();
  const { config, path, workspacesForAll } = await chooseConfig(
    flags,
    runtime.cwd,
    commandEnvironment(runtime.cwd),
  );
  const watcher = createRunWatcher(flags.output, runtime.cwd);
  const asksOnce = question !== undefined && question.trim() !== '';
  const lines = asksOnce ? undefined : createLineSource(process.stdin);
  const debug = flags.debug ?? config.ui.debug;
  const options = {
    config,
    ...(path === undefined ? {} : { configPath: path }),
    ...(flags.seed === undefined ? {} : { seed: flags.seed }),
    workspacesForAll,
    isolateWorkspaces: flags.isolateWorkspaces ?? false,
    sinks: watcher.sinks,
    debug,
    ...mcpRunOptions(flags, lines),
    // A detailed log that is not written would be no use.
    logs: debug || ((flags.logs ?? true) && config.ui.logging_enabled),
  };
  if (lines !== undefined) {
    try {
      return await converse(runtime, options, watcher, flags.output, lines);
    } finally {
      lines.close();
    }
  }
  return (await watcher.watch(await runtime.startRun({ ...options, question: question ?? '' }))).status;
}
