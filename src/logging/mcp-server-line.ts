/** What becomes of the servers, as lines of the MCP logs: starts, ends, changed tools, breakers. */
import type { LogLevel } from '../events/log-level.ts';
import type { DurableEvent } from '../events/run-event.ts';
import type { McpLogDraft } from './mcp-log-draft.ts';

const mostTools = 100;

const breakerTexts = {
  open: 'calls are held back after failures',
  half_open: 'one call is let through to see',
  closed: 'calls go through again',
} as const;

type ServerEvent = Extract<
  DurableEvent,
  {
    readonly type:
      | 'server.starting'
      | 'server.ready'
      | 'server.failed'
      | 'server.tools.changed'
      | 'server.stopped'
      | 'breaker.changed';
  }
>;

export function mcpServerLine(event: ServerEvent): McpLogDraft {
  const { server, agent, at: ts } = event;
  const fields = { server, agent, event: event.type };
  const lifecycle = (level: LogLevel, more: McpLogDraft['fields']): McpLogDraft => ({
    ts,
    level,
    kind: 'lifecycle',
    fields: { ...fields, ...more },
  });
  switch (event.type) {
    case 'server.starting': {
      const again = event.again === true;
      return lifecycle(again ? 'notice' : 'info', {
        again: again ? true : undefined,
        text: `${again ? 'starting again' : 'starting'}: ${event.launch}`,
      });
    }
    case 'server.ready': {
      const { tools, startMs, deferred = false, connection, version, protocol, pid } = event;
      const how = deferred
        ? 'its tools are known from before, it starts with the first call'
        : `ready after ${Math.round(startMs)} ms`;
      return lifecycle('info', {
        connection,
        text: `${how}: ${tools.length} ${tools.length === 1 ? 'tool' : 'tools'}`,
        tools: tools.slice(0, mostTools),
        tools_found: tools.length,
        start_ms: startMs,
        server_version: version,
        protocol,
        pid,
      });
    }
    case 'server.failed':
      return lifecycle('error', {
        text: 'not usable',
        error_code: event.error.code,
        error: event.error.message,
      });
    case 'server.tools.changed': {
      const { added, removed, changed } = event;
      const isRedefined = changed.length > 0;
      return {
        ts,
        level: isRedefined ? 'warning' : 'notice',
        kind: isRedefined ? 'security' : 'discovery',
        fields: {
          ...fields,
          text: isRedefined
            ? 'tools have another definition under the name they had'
            : 'the server offers other tools than before',
          data: { added, removed, changed },
        },
      };
    }
    case 'server.stopped': {
      const { connection, reason } = event;
      return lifecycle('info', {
        connection,
        text: reason === 'idle' ? 'ended: nobody had called it for a while' : 'ended',
      });
    }
    case 'breaker.changed': {
      const { state, retryInMs, error } = event;
      return lifecycle(state === 'open' ? 'warning' : 'notice', {
        text: breakerTexts[state],
        breaker: state,
        retry_ms: retryInMs,
        error_code: error?.code,
        error: error?.message,
      });
    }
    default:
      return event satisfies never;
  }
}
