/** What the tests of this folder share: an agent against the fake chat server on loopback, and its turns. */
import { onTestFinished } from 'vitest';
import type { IdSource } from '../../../events/id-source.ts';
import type { ChatScript, ChatStep, FakeChatServer } from '../../../testing/fake-chat-server.ts';
import { startFakeChatServer } from '../../../testing/fake-chat-server.ts';
import { createSimulatedClock, type SimulatedClock } from '../../../testing/simulated-clock.ts';
import type { ToolDefinition } from '../../../tools/tool-definition.ts';
import type { ToolCallRequest, ToolCallResult, ToolSession } from '../../../tools/tool-session.ts';
import type { Agent, AgentEvent, TurnRequest } from '../../agent.ts';
import { createModelAgent, type CreateModelAgentOptions } from './create-model-agent.ts';

function countingIds(): IdSource {
  let count = 0;
  return {
    next: (prefix) => `${prefix}_${(count += 1)}`,
    hex: (bytes) => (count += 1).toString(16).padStart(bytes * 2, '0'),
  };
}

export const echoTool: ToolDefinition = {
  name: 'mcp__files__read_file',
  description: 'Reads a file.',
  inputSchema: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
};

export interface RecordingTools extends ToolSession {
  /** The calls of each `callAll`. */
  readonly batches: readonly (readonly ToolCallRequest[])[];
}

/** Tools that answer each call by `answer`; the text is the content of an `ok` result. */
export function createTools(
  answer: (call: ToolCallRequest) => string | Partial<ToolCallResult> | Promise<string> = () => 'done',
): RecordingTools {
  const batches: (readonly ToolCallRequest[])[] = [];
  return {
    batches,
    list: () => [echoTool],
    async callAll(calls, signal) {
      batches.push(calls);
      return await Promise.all(
        calls.map(async (call): Promise<ToolCallResult> => {
          const given = await answer(call);
          signal.throwIfAborted();
          const text = (value: string) => [{ type: 'text', text: value }] as const;
          return typeof given === 'string'
            ? { id: call.id, outcome: 'ok', content: text(given) }
            : { id: call.id, outcome: 'ok', content: text('done'), ...given };
        }),
      );
    },
  };
}

export function createTurn(more: Partial<TurnRequest> = {}): TurnRequest {
  return {
    turn: 1,
    attempt: 1,
    kind: 'answer',
    system: 'You are an agent.',
    user: 'Solve the task.',
    past: [],
    question: 'task',
    answers: [],
    aliases: new Map(),
    contextPaths: [],
    tools: createTools(),
    takeUpdate: () => Promise.resolve(undefined),
    ...more,
  };
}

export interface Played {
  readonly events: readonly AgentEvent[];
  /** What the turn threw, if it did. */
  readonly error?: unknown;
}

export interface Setup {
  readonly server: FakeChatServer;
  readonly clock: SimulatedClock;
  readonly agent: Agent;
  /** Plays a turn to its end; time passes only for announced retries. */
  play(request?: TurnRequest, signal?: AbortSignal): Promise<Played>;
}

/** Replies of a server, one a request; the last is repeated. */
export const inOrder =
  (...replies: readonly (readonly ChatStep[])[]): ChatScript =>
  (_, n) =>
    replies[Math.min(n, replies.length) - 1] ?? [];

export async function setUp(
  script: ChatScript,
  options: Partial<CreateModelAgentOptions> & { readonly serverKey?: string } = {},
): Promise<Setup> {
  const clock = createSimulatedClock();
  const { serverKey: key, ...more } = options;
  const server = await startFakeChatServer({ script, clock, ...(key === undefined ? {} : { key }) });
  onTestFinished(() => server.close());
  const agent = createModelAgent({
    id: 'writer',
    backend: 'chatcompletion',
    model: 'test-model',
    baseUrl: server.baseUrl,
    provider: 'testhost',
    parameters: {},
    clock,
    ids: countingIds(),
    random: () => 0.5,
    fetch: globalThis.fetch,
    ...more,
  });
  return {
    server,
    clock,
    agent,
    async play(request = createTurn(), signal = new AbortController().signal) {
      const events: AgentEvent[] = [];
      try {
        for await (const event of agent.turn(request, signal)) {
          events.push(event);
          if (event.type === 'model.call.finished' && event.retryInMs !== undefined) {
            void passTime(clock, event.retryInMs);
          }
        }
        return { events };
      } catch (error) {
        return { events, error };
      }
    },
  };
}

/** Waits until someone waits for exactly `ms`, then lets that time pass. */
export async function passTime(clock: SimulatedClock, ms: number): Promise<void> {
  await clock.until(() => clock.waits().includes(ms));
  await clock.advance(ms);
}

/** The steps of a whole tool call in one piece. */
export function callStep(index: number, id: string, name: string, args: unknown): ChatStep {
  return { type: 'tool_call', index, id, name, arguments: JSON.stringify(args) };
}

export function only<T extends AgentEvent['type']>(
  events: readonly AgentEvent[],
  type: T,
): readonly Extract<AgentEvent, { type: T }>[] {
  return events.filter((event): event is Extract<AgentEvent, { type: T }> => event.type === type);
}

export const streamedText = (events: readonly AgentEvent[]): string =>
  only(events, 'text.delta')
    .map((event) => event.text)
    .join('');
