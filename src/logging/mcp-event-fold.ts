/**
 * The lines of the MCP logs that tell of events: calls of tools of servers, files they changed, and what became of the
 * servers. A call is told when it has ended. What it changed is known only later, and is a line of its own with the
 * id of the call.
 */
import { mayChangeFiles } from '../events/effect.ts';
import type { CallOutcome } from '../events/call-outcome.ts';
import type { DurableEvent, DurableEventOf, RunEvent } from '../events/run-event.ts';
import { toolContentText } from '../events/tool-content.ts';
import type { McpLogDraft } from './mcp-log-draft.ts';
import type { LogLevel } from './mcp-log.ts';

type Started = DurableEventOf<'tool.call.started'>;
type Finished = DurableEventOf<'tool.call.finished'>;

/** A call that may have changed files, until it is known whether it did. */
interface Changing {
  readonly server: string;
  readonly call: string;
  readonly tool: string;
  readonly tool_raw?: string;
}

const mostRemembered = 1_000;
const mostPaths = 20;
const mostTools = 100;

export class McpEventFold {
  readonly #open = new Map<string, Started>();
  readonly #changing = new Map<string, Changing>();
  /** By agent: calls whose files are in no snapshot yet. */
  readonly #unpublished = new Map<string, Changing[]>();

  lines(event: RunEvent): readonly McpLogDraft[] {
    switch (event.type) {
      case 'tool.call.started':
        if (event.server !== undefined) remember(this.#open, keyOf(event), event);
        return [];
      case 'tool.call.finished':
        return this.#finished(event);
      case 'workspace.changed':
        return this.#changed(event);
      case 'snapshot.published':
        return this.#published(event);
      case 'server.starting':
      case 'server.ready':
      case 'server.failed':
      case 'server.tools.changed':
      case 'server.stopped':
      case 'breaker.changed':
        return [serverLine(event)];
      default:
        return [];
    }
  }

  #finished(event: Finished): readonly McpLogDraft[] {
    const started = this.#open.get(keyOf(event));
    this.#open.delete(keyOf(event));
    const { served, error } = event;
    const server = started?.server ?? served?.server;
    if (server === undefined) return [];
    const names = {
      tool: event.tool,
      ...(started?.serverTool === undefined ? {} : { tool_raw: started.serverTool }),
    };
    if (event.outcome !== 'denied' && mayChangeFiles(started?.effects ?? ['Unknown']))
      remember(this.#changing, keyOf(event), { server, call: event.call, ...names });
    return [
      {
        ts: event.at,
        level: callLevels[event.outcome],
        kind: 'call',
        fields: {
          server,
          agent: event.agent,
          turn: event.turn,
          call: event.call,
          ...(served?.connection === undefined ? {} : { connection: served.connection }),
          ...names,
          ...(started === undefined ? {} : { effects: started.effects }),
          ...(started?.paths === undefined ? {} : { paths: started.paths.slice(0, mostPaths) }),
          outcome: event.outcome,
          latency_ms: event.latencyMs,
          ...(served === undefined
            ? {}
            : { queue_ms: served.queueMs, server_ms: served.serverMs, attempts: served.attempts }),
          ...(error === undefined ? {} : { error_code: error.code, error: error.message }),
          ...(error === undefined && event.outcome === 'tool_error'
            ? { error: toolContentText(event.content) }
            : {}),
          result_size: served?.resultLength ?? sizeOf(event),
        },
        content: {
          ...(started === undefined ? {} : { arguments: started.arguments }),
          result: event.content,
        },
      },
    ];
  }

  #changed(event: DurableEventOf<'workspace.changed'>): readonly McpLogDraft[] {
    const changing = this.#changing.get(keyOf(event));
    if (changing === undefined) return [];
    this.#changing.delete(keyOf(event));
    const { agent, turn, added, modified, deleted, cut } = event;
    const unpublished = this.#unpublished.get(agent) ?? [];
    if (unpublished.length < mostRemembered) unpublished.push(changing);
    this.#unpublished.set(agent, unpublished);
    return [
      {
        ts: event.at,
        level: 'info',
        kind: 'change',
        fields: { ...changing, agent, turn, event: event.type, changed: { added, modified, deleted, cut } },
      },
    ];
  }

  #published(event: DurableEventOf<'snapshot.published'>): readonly McpLogDraft[] {
    const { agent, turn, snapshot } = event;
    const byServer = Map.groupBy(this.#unpublished.get(agent) ?? [], ({ server }) => server);
    this.#unpublished.delete(agent);
    return [...byServer].map(([server, calls]) => ({
      ts: event.at,
      level: 'info',
      kind: 'change',
      fields: { server, agent, turn, event: event.type, snapshot, calls: calls.map(({ call }) => call) },
    }));
  }
}

const callLevels: Readonly<Record<CallOutcome, LogLevel>> = {
  ok: 'info',
  tool_error: 'warning',
  denied: 'notice',
  cancelled: 'notice',
  failed: 'error',
  unknown: 'error',
};

function keyOf(event: { readonly agent: string; readonly turn: number; readonly call: string }): string {
  return `${event.agent}\0${event.turn}\0${event.call}`;
}

/** Calls are forgotten when they end; of those that never do, the oldest go. */
function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > mostRemembered && oldest !== undefined) map.delete(oldest);
}

function sizeOf({ content }: Finished): number {
  return content.reduce(
    (sum, part) =>
      sum +
      (part.type === 'text'
        ? part.text.length
        : (part.data?.length ?? 0) + ('text' in part ? (part.text?.length ?? 0) : 0)),
    0,
  );
}

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

function serverLine(event: ServerEvent): McpLogDraft {
  const { server, agent, at: ts } = event;
  const fields = { server, ...(agent === undefined ? {} : { agent }), event: event.type };
  switch (event.type) {
    case 'server.starting': {
      const again = event.again === true;
      return {
        ts,
        level: again ? 'notice' : 'info',
        kind: 'lifecycle',
        fields: {
          ...fields,
          ...(again ? { again } : {}),
          text: `${again ? 'starting again' : 'starting'}: ${event.launch}`,
        },
      };
    }
    case 'server.ready': {
      const { tools, startMs, deferred = false, connection, version, protocol, pid } = event;
      const how = deferred
        ? 'its tools are known from before, it starts with the first call'
        : `ready after ${Math.round(startMs)} ms`;
      return {
        ts,
        level: 'info',
        kind: 'lifecycle',
        fields: {
          ...fields,
          ...(connection === undefined ? {} : { connection }),
          text: `${how}: ${tools.length} ${tools.length === 1 ? 'tool' : 'tools'}`,
          tools: tools.slice(0, mostTools),
          tools_found: tools.length,
          start_ms: startMs,
          ...(version === undefined ? {} : { server_version: version }),
          ...(protocol === undefined ? {} : { protocol }),
          ...(pid === undefined ? {} : { pid }),
        },
      };
    }
    case 'server.failed':
      return {
        ts,
        level: 'error',
        kind: 'lifecycle',
        fields: { ...fields, text: 'not usable', error_code: event.error.code, error: event.error.message },
      };
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
      return {
        ts,
        level: 'info',
        kind: 'lifecycle',
        fields: {
          ...fields,
          ...(connection === undefined ? {} : { connection }),
          text: reason === 'idle' ? 'ended: nobody had called it for a while' : 'ended',
        },
      };
    }
    case 'breaker.changed': {
      const { state, retryInMs, error } = event;
      return {
        ts,
        level: state === 'open' ? 'warning' : 'notice',
        kind: 'lifecycle',
        fields: {
          ...fields,
          text: breakerTexts[state],
          breaker: state,
          ...(retryInMs === undefined ? {} : { retry_ms: retryInMs }),
          ...(error === undefined ? {} : { error_code: error.code, error: error.message }),
        },
      };
    }
    default:
      return event satisfies never;
  }
}

const breakerTexts = {
  open: 'calls are held back after failures',
  half_open: 'one call is let through to see',
  closed: 'calls go through again',
} as const;
