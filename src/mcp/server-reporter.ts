/**
 * Tells of one server: as events for whoever watches the run, in more detail in its log. Secrets in launch lines and in
 * what servers say are replaced before they become an event.
 */
import { mcpErrors } from '../errors/mcp-errors.ts';
import type { DurableEventBody, EventError } from '../events/run-event.ts';
import type { LoggedServer, McpLog, McpLogEntry } from '../logging/mcp-log.ts';
import { capabilityTools } from './capability-tools.ts';
import type { McpServerOptions } from './mcp-server-options.ts';
import type { ServerDiscovery } from './server-discovery.ts';
import { describeServer, type ServerSpec } from './server-spec.ts';

export type ServerListeners = Pick<
  McpServerOptions,
  | 'onStarting'
  | 'onReady'
  | 'onDeferred'
  | 'onFailed'
  | 'onStopped'
  | 'onToolsChanged'
  | 'onListFailed'
  | 'onBreaker'
  | 'onUnasked'
>;

export interface ServerReporter {
  readonly listeners: ServerListeners;
  /** It did not get ready because whoever wanted it gave up. */
  givenUp(reason: string): Promise<void>;
}

export interface ServerReporterOptions {
  readonly emit: (event: DurableEventBody) => Promise<void>;
  readonly replaceSecrets: (text: string) => string;
  readonly log: McpLog;
}

/** Each dropped tool is worth a warning, thousands are not. */
const mostWarnings = 20;
/** In one sentence. */
const mostNames = 50;

export function createServerReporter(spec: ServerSpec, options: ServerReporterOptions): ServerReporter {
  const { emit, replaceSecrets, log } = options;
  const whose: { readonly server: string; readonly agent?: string } = {
    server: spec.name,
    ...(spec.scope === 'agent' ? { agent: spec.agent } : {}),
  };
  const ofAgent = spec.scope === 'agent' ? { agent: spec.agent } : {};
  const say = (entry: McpLogEntry, connection?: string): void => {
    const of: LoggedServer = { ...whose, ...(connection === undefined ? {} : { connection }) };
    log.log(of, entry);
  };
  const cleaned = ({ code, message, hint }: EventError): EventError => ({
    code,
    message: replaceSecrets(message),
    ...(hint === undefined ? {} : { hint: hint.replaceAll('NAME', spec.name) }),
  });
  const warn = (definition: (typeof mcpErrors)[keyof typeof mcpErrors], message: string): Promise<void> => {
    const { code, title, hint } = definition;
    return emit({
      type: 'warning.raised',
      ...ofAgent,
      code,
      message: `${title}: ${replaceSecrets(message)}`,
      hint,
    });
  };
  const failed = (error: EventError): Promise<void> =>
    emit({ type: 'server.failed', ...whose, error: cleaned(error) });

  /** Tool by tool, for whoever debugs what an agent can and cannot see. */
  function sayTools(discovery: ServerDiscovery, connection: string | undefined): void {
    if (!log.wants(spec.name, 'debug')) return;
    for (const { name, hash, annotations } of discovery.tools) {
      say(
        {
          level: 'debug',
          kind: 'discovery',
          text: `found ${name}`,
          tool: name,
          data: { hash, ...(annotations === undefined ? {} : { annotations }) },
        },
        connection,
      );
    }
    for (const { tool } of capabilityTools(discovery))
      say(
        {
          level: 'debug',
          kind: 'discovery',
          text: `found ${tool.name}`,
          tool: tool.name,
          data: { of: 'resources or prompts' },
        },
        connection,
      );
  }

  async function warnOfDropped({ dropped }: ServerDiscovery): Promise<void> {
    for (const [index, { name, reason }] of dropped.entries()) {
      say({ level: 'warning', kind: 'discovery', text: `dropped ${name}: ${reason}`, tool: name });
      if (index < mostWarnings) await warn(mcpErrors.toolDropped, `${name} of ${spec.name}: ${reason}`);
    }
    if (dropped.length > mostWarnings)
      await warn(mcpErrors.toolDropped, `${dropped.length - mostWarnings} more of ${spec.name}`);
  }

  const readyEvent = (
    discovery: ServerDiscovery,
    more: Partial<Extract<DurableEventBody, { type: 'server.ready' }>>,
  ): DurableEventBody => ({
    type: 'server.ready',
    ...whose,
    tools: discovery.tools.map(({ name }) => name),
    startMs: 0,
    ...(discovery.version === undefined ? {} : { version: discovery.version }),
    ...(discovery.protocol === undefined ? {} : { protocol: discovery.protocol }),
    ...more,
  });

  return {
    listeners: {
      async onStarting(again) {
        await emit({
          type: 'server.starting',
          ...whose,
          launch: replaceSecrets(describeServer(spec)),
          ...(again ? { again } : {}),
          ...(spec.type === 'stdio' && spec.confined !== undefined ? { confined: true } : {}),
        });
      },
      async onReady({ id, discovery, pid }, startMs, known) {
        if (!known) sayTools(discovery, id);
        await emit(
          readyEvent(discovery, {
            startMs: Math.round(startMs),
            connection: id,
            ...(pid === undefined ? {} : { pid }),
          }),
        );
        if (!known) await warnOfDropped(discovery);
      },
      async onDeferred(discovery) {
        sayTools(discovery, undefined);
        await emit(readyEvent(discovery, { deferred: true }));
        await warnOfDropped(discovery);
      },
      onFailed: failed,
      async onStopped({ id }, reason) {
        await emit({ type: 'server.stopped', ...whose, connection: id, reason });
      },
      async onToolsChanged({ added, removed, changed }) {
        const level = changed.length > 0 ? 'warning' : 'notice';
        const names = [
          ...changed.map((name) => `~${name}`),
          ...added.map((name) => `+${name}`),
          ...removed.map((name) => `-${name}`),
        ];
        const more = names.length > mostNames ? ` and ${names.length - mostNames} more` : '';
        const text = `offers other tools: ${names.slice(0, mostNames).join(' ')}${more}`;
        say({
          level,
          kind: changed.length > 0 ? 'security' : 'discovery',
          text,
          data: { added, removed, changed },
        });
        await emit({ type: 'server.tools.changed', ...whose, added, removed, changed });
        if (changed.length > 0)
          await warn(mcpErrors.toolsChanged, `${spec.name}: ${changed.slice(0, 10).join(', ')}`);
      },
      onListFailed(reason) {
        say({ level: 'warning', kind: 'discovery', text: `its lists could not be read again: ${reason}` });
      },
      onBreaker(state, retryInMs, error) {
        // Recorded as it happens; a failing journal ends the run by itself.
        emit({
          type: 'breaker.changed',
          ...whose,
          state,
          ...(retryInMs === undefined ? {} : { retryInMs }),
          ...(error === undefined || state !== 'open' ? {} : { error: cleaned(error) }),
        }).catch(() => undefined);
      },
      onUnasked(message) {
        warn(mcpErrors.questionDeclined, `${spec.name}: ${message}`).catch(() => undefined);
      },
    },
    givenUp(reason) {
      const { code, title, hint } = mcpErrors.startFailed;
      return failed({ code, message: `${title}: ${spec.name}: ${reason}`, hint });
    },
  };
}
