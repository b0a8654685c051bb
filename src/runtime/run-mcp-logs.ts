/** The logs of a run's MCP servers: where they go, what they hold, and who else hears of them. */
import type { MassGenConfig } from '../config/schema/massgen-config.ts';
import type { EventSink } from '../display/event-sink.ts';
import type { RunDirectory } from '../journal/run-directory.ts';
import { mcpLogVariable, resolveMcpLogLevels } from '../logging/mcp-log-levels.ts';
import { silentMcpLog, type McpLog } from '../logging/mcp-log.ts';
import { createMcpLogger } from '../logging/mcp-logger.ts';
import type { ResumeOptions } from './run-options.ts';
import type { RuntimeParts } from './runtime-parts.ts';

export interface RunMcpLogsOptions extends Pick<ResumeOptions, 'debug' | 'logs' | 'mcpDebug' | 'onMcpLog'> {
  readonly config: MassGenConfig;
  readonly directory: RunDirectory;
  readonly redact: (text: string) => string;
  /** Characters of the longest known secret. */
  readonly longestSecret: number;
}

/** @throws MassGenError when the variable with the levels cannot be understood. */
export function createRunMcpLogs(parts: RuntimeParts, options: RunMcpLogsOptions): McpLog & EventSink {
  const { config, directory, redact, debug = false, logs = true, mcpDebug, onMcpLog } = options;
  const levels = resolveMcpLogLevels({
    config: config.logging.mcp,
    variable: parts.environment[mcpLogVariable],
    debug,
    ...(mcpDebug === undefined ? {} : { mcpDebug }),
  });
  if (!logs && mcpDebug === undefined) {
    return { ...silentMcpLog, event: () => undefined, close: () => Promise.resolve() };
  }
  const logger = createMcpLogger({
    directory: directory.mcp,
    run: directory.id,
    clock: parts.clock,
    redact,
    levels,
    limits: config.logging.mcp,
    longestSecret: options.longestSecret,
    digestKey: parts.ids.hex(16),
  });
  // An end that nobody awaits, such as an exception that nobody catches, must not cost the last lines.
  const onExit = (): void => logger.flushSync();
  process.once('exit', onExit);
  const isWatched = (server: string): boolean => mcpDebug === true || (mcpDebug ?? []).includes(server);
  return {
    wants: (server, level) => logger.wants(server, level),
    log(of, entry) {
      logger.log(of, entry);
      if (onMcpLog !== undefined && isWatched(of.server))
        onMcpLog(of, { ...entry, text: redact(entry.text) });
    },
    stderr: (of, text) => logger.stderr(of, text),
    wire: (of, direction, message) => logger.wire(of, direction, message),
    event: (event) => logger.event(event),
    async close() {
      process.off('exit', onExit);
      await logger.close();
    },
  };
}
