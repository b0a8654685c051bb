/**
 * The lines of the MCP logs that tell of events: calls of tools of servers, files they changed, and what became of the
 * servers. A call is told when it has ended. What it changed is known only later, and is a line of its own with the
 * id of the call.
 */
import { mayChangeFiles } from '../events/effect.ts';
import type { CallOutcome } from '../events/call-outcome.ts';
import type { DurableEventOf, RunEvent } from '../events/run-event.ts';
import { toolContentText } from '../events/tool-content.ts';
import type { McpLogDraft } from './mcp-log-draft.ts';
import type { LogLevel } from '../events/log-level.ts';
import { mcpServerLine } from './mcp-server-line.ts';

type Started = DurableEventOf<'tool.call.started'>;
type Finished = DurableEventOf<'tool.call.finished'>;

/** A call that may have changed files, until it is known whether it did. */
interface Changing {
  readonly server: string;
  readonly call: string;
  readonly tool: string;
  readonly tool_raw: string | undefined;
}

const mostRemembered = 1_000;
const mostPaths = 20;

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
        return [mcpServerLine(event)];
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
    const names = { tool: event.tool, tool_raw: started?.serverTool };
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
          connection: served?.connection,
          tool: event.tool,
          tool_raw: started?.serverTool,
          effects: started?.effects,
          paths: started?.paths?.slice(0, mostPaths),
          outcome: event.outcome,
          latency_ms: event.latencyMs,
          queue_ms: served?.queueMs,
          server_ms: served?.serverMs,
          attempts: served?.attempts,
          error_code: error?.code,
          error:
            error?.message ?? (event.outcome === 'tool_error' ? toolContentText(event.content) : undefined),
          result_size: served?.resultLength ?? sizeOf(event),
        },
        content: { arguments: started?.arguments, result: event.content },
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

/** About how much text an event holds that may make a line; undefined for all others. */
export function mcpEventLength(event: RunEvent): number | undefined {
  switch (event.type) {
    case 'tool.call.finished':
      return sizeOf(event);
    case 'tool.call.started':
    case 'workspace.changed':
    case 'snapshot.published':
    case 'server.starting':
    case 'server.ready':
    case 'server.failed':
    case 'server.tools.changed':
    case 'server.stopped':
    case 'breaker.changed':
      return 0;
    default:
      return undefined;
  }
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
