/** Whoever watches a run: what the caller gave, and the files a run keeps for people. */
import type { MassGenConfig } from '../config/schema/massgen-config.ts';
import { createAgentOutputFiles } from '../display/agent-output-files.ts';
import type { EventSink } from '../display/event-sink.ts';
import type { DurableEvent } from '../events/run-event.ts';
import type { RunDirectory } from '../journal/run-directory.ts';
import { createRunLog } from '../logging/run-log.ts';
import { createAgentArchive } from './agent-archive.ts';
import type { ResumeOptions } from './run-options.ts';

export interface RunSinksOptions extends Pick<ResumeOptions, 'sinks' | 'debug' | 'logs'> {
  readonly config: MassGenConfig;
  readonly directory: RunDirectory;
  readonly aliases: ReadonlyMap<string, string>;
  readonly journaled: readonly DurableEvent[];
}

export async function openRunSinks(
  options: RunSinksOptions,
  redact: (text: string) => string,
): Promise<readonly EventSink[]> {
  const { directory, config, journaled, debug = false, logs = true } = options;
  const agents = config.agents.map(({ id }) => id);
  const context = { directory, agents, journaled, redact };
  const own = logs
    ? [
        await createAgentOutputFiles(directory.agentOutputs, agents, redact),
        createRunLog(debug ? directory.debugLog : directory.log, debug, redact),
      ]
    : [];
  const given = await Promise.all((options.sinks ?? []).map((create) => create(context)));
  return [...given, createAgentArchive(directory, options.aliases), ...own];
}
