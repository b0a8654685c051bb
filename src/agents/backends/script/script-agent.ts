/**
 * An agent that plays written turns through the real machinery: its tool calls, answers and votes take the same
 * way as a model's. It drives the demo, the examples and the tests, and is always shown as scripted.
 */
import { agentErrors } from '../../../errors/agent-errors.ts';
import { MassGenError } from '../../../errors/massgen-error.ts';
import { sleep, type Clock } from '../../../events/clock.ts';
import type { IdSource } from '../../../events/id-source.ts';
import { toolContentText } from '../../../events/tool-content.ts';
import type { ScriptBackendConfig } from '../../../config/schema/backend-config.ts';
import type { ScriptStep } from '../../../config/schema/script-step.ts';
import { newAnswerTool, voteTool } from '../../../tools/decision-tools.ts';
import type { ToolCallResult } from '../../../tools/tool-session.ts';
import type { Agent, AgentEvent, TurnRequest } from '../../agent.ts';
import { chooseEntry } from './choose-entry.ts';
import { fillDeep, fillTemplate } from './fill-template.ts';

export interface ScriptAgentOptions {
  readonly id: string;
  readonly script: ScriptBackendConfig;
  readonly clock: Clock;
  readonly ids: IdSource;
  /** Ends the process as a crash would; used by the `crash` step of tests. */
  readonly crash: () => void;
}

/** How often a decision is repeated when newer answers come in between. */
const maxRepeats = 1_000;

export function createScriptAgent(options: ScriptAgentOptions): Agent {
  return {
    version: 1,
    id: options.id,
    async *turn(request, signal) {
      const { turns, repeat_last } = options.script;
      const entry = chooseEntry(turns, repeat_last, request.past, request.kind);
      const values = knownValues(request);
      for (const step of entry?.steps ?? []) {
        signal.throwIfAborted();
        const end = yield* playStep(options, step, request, values, signal);
        if (end) return;
      }
    },
    close: () => Promise.resolve(),
  };
}

function knownValues(request: TurnRequest): Map<string, string> {
  const values = new Map([
    ['question', request.question],
    ['context', request.contextPaths[0] ?? ''],
    ['workspace', request.workspace ?? ''],
    ['views', request.views ?? ''],
  ]);
  for (const [index, path] of request.contextPaths.entries()) values.set(`context.${index + 1}`, path);
  for (const [index, { place }] of (request.staged ?? []).entries()) {
    if (index === 0) values.set('staged', place);
    values.set(`staged.${index + 1}`, place);
  }
  for (const { author, view, label, text } of request.answers) {
    values.set(`views.${author}`, view ?? '');
    values.set(`answer.${author}`, text);
    values.set(`label.${author}`, label);
  }
  return values;
}

/** Plays one step; true when the attempt is over. */
async function* playStep(
  options: ScriptAgentOptions,
  step: ScriptStep,
  request: TurnRequest,
  values: Map<string, string>,
  signal: AbortSignal,
): AsyncGenerator<AgentEvent, boolean> {
  const { clock } = options;
  if ('text' in step) {
    const pace = {
      chunk: step.chunk ?? options.script.chunk,
      delay: step.delay_ms ?? options.script.delay_ms,
    };
    yield* streamText(fillTemplate(step.text, values), pace, clock, signal);
    return false;
  }
  if ('sleep_ms' in step) {
    await sleep(clock, step.sleep_ms, signal);
    return false;
  }
  if ('hang' in step) {
    await new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });
    return true;
  }
  if ('error' in step) throw new MassGenError(agentErrors.scriptFailed, { detail: step.error });
  if ('crash' in step) {
    options.crash();
    return false;
  }
  if ('tool' in step) {
    const result = await callTool(options, step.tool, fillDeep(step.args, values), request, signal);
    if (step.save !== undefined) values.set(step.save, toolContentText(result.content));
    return false;
  }
  if ('new_answer' in step) {
    return decide(options, request, signal, () => ({
      tool: newAnswerTool,
      args: { content: fillTemplate(step.new_answer.content, values) },
    }));
  }
  if ('vote' in step) {
    return decide(options, request, signal, () => ({
      tool: voteTool,
      args: {
        answer: voteTarget(step.vote.agent, options.id, request),
        reason: fillTemplate(step.vote.reason, values),
      },
    }));
  }
  return step satisfies never;
}

async function* streamText(
  text: string,
  pace: { readonly chunk: number; readonly delay: number },
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<AgentEvent, void> {
  const characters = [...text];
  for (let at = 0; at < characters.length; at += pace.chunk) {
    if (pace.delay > 0) await sleep(clock, pace.delay, signal);
    yield { type: 'text.delta', text: characters.slice(at, at + pace.chunk).join('') };
  }
}

async function callTool(
  options: ScriptAgentOptions,
  name: string,
  args: unknown,
  request: TurnRequest,
  signal: AbortSignal,
): Promise<ToolCallResult> {
  const id = options.ids.next('call');
  const [result] = await request.tools.callAll([{ id, name, arguments: args }], signal);
  signal.throwIfAborted();
  return result ?? { id, outcome: 'failed', content: [] };
}

/** Decides, and decides again as long as newer answers come in between; true when the attempt is over. */
async function decide(
  options: ScriptAgentOptions,
  request: TurnRequest,
  signal: AbortSignal,
  decision: () => { readonly tool: string; readonly args: unknown },
): Promise<boolean> {
  for (let repeat = 0; repeat < maxRepeats; repeat += 1) {
    const { tool, args } = decision();
    const result = await callTool(options, tool, args, request, signal);
    if (result.decision !== 'again') return result.decision !== undefined;
  }
  return true;
}

/** The alias to vote for. A bare alias means that agent's latest answer, so it stays right after an update. */
function voteTarget(agent: string, self: string, request: TurnRequest): string {
  const wanted = authorMeant(agent, self, request) ?? agent;
  return request.aliases.get(wanted) ?? wanted;
}

function authorMeant(word: string, self: string, request: TurnRequest): string | undefined {
  const authors = request.answers.toSorted((a, b) => a.order - b.order).map(({ author }) => author);
  switch (word) {
    case 'self':
      return self;
    case 'other':
      return authors.find((author) => author !== self) ?? self;
    case 'first':
      return authors[0];
    case 'last':
      return authors.at(-1);
    default:
      return undefined;
  }
}
