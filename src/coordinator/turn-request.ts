/**
 * What an agent is handed for a turn: prompt, answers it may see, tools, and the way to news. Everything in it is
 * derived from the state and the config, so any turn can be started from the journal alone.
 */
import type { TurnKind, TurnRequest } from '../agents/agent.ts';
import { turnPrompt, updateText } from '../agents/prompts/turn-prompt.ts';
import type { Clock } from '../events/clock.ts';
import type { EventRecorder } from '../journal/event-recorder.ts';
import { agentIndex } from '../protocol/evolve.ts';
import type { AgentState, ProtocolState } from '../protocol/protocol-state.ts';
import { decisionTools } from '../tools/decision-tools.ts';
import type { ToolPipeline } from '../tools/pipeline.ts';
import type { ToolSession } from '../tools/tool-session.ts';
import { toolTable, type ToolTable } from '../tools/tool-table.ts';
import { createTurnToolSession } from '../tools/turn-tool-session.ts';
import { createDecisionHandler } from './decision-handler.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { RunFiles, StagedPath } from './run-files.ts';
import { shownAnswers } from './shown-answers.ts';
import type { TeamMember } from './team-member.ts';
import type { TurnHandle } from './turn-runner.ts';

/** What all turns of a run share. */
export interface TurnContext {
  readonly dispatcher: Dispatcher;
  readonly recorder: EventRecorder;
  readonly clock: Clock;
  readonly members: ReadonlyMap<string, TeamMember>;
  readonly files: RunFiles;
  readonly question: string;
  readonly history: readonly { readonly user: string; readonly assistant: string }[];
  readonly contextPaths: readonly string[];
  /** Those of them that the final turn may change a copy of. Default none. */
  readonly writablePaths?: readonly string[];
  /** What agents are told while the team plans; absent when it acts at once. */
  readonly planning?: string;
  readonly pipeline: ToolPipeline;
  /** The tools on offer right now, by agent; the pipeline looks names up here. */
  readonly tables: Map<string, ToolTable>;
  /** Kinds of the agent's turns that have ended. */
  readonly past: (agent: string) => readonly TurnKind[];
}

/** How far the agent has been handed answers in words: the `seq` of the last one. */
export interface Delivery {
  shown: number;
}

export interface Turn {
  readonly agent: string;
  readonly turn: number;
  readonly kind: TurnKind;
  readonly delivery: Delivery;
  readonly handle: TurnHandle;
  /** For the final turn: copies of the user's files that it may change. Default none. */
  readonly staged?: readonly StagedPath[];
}

export function createTurnRequest(context: TurnContext, turn: Turn): TurnRequest {
  const { members, files, question, history, contextPaths, clock } = context;
  const { agent, kind, delivery, staged = [] } = turn;
  const member = members.get(agent);
  const { state } = context.dispatcher;
  const answers = shownAnswers(state, agentIndex(state, agent), { from: 0, shown: delivery.shown }, files);
  const place = {
    ...(member?.workspace === undefined ? {} : { workspace: member.workspace, views: files.viewsOf(agent) }),
    // Without a workspace there is no filesystem server to read them with.
    contextPaths: member?.workspace === undefined ? [] : contextPaths,
    staged,
  };
  const prompt = turnPrompt({
    kind,
    question,
    history,
    answers,
    mayAnswer: agentState(state, agent)?.mayAnswer ?? true,
    ...(member?.role === undefined ? {} : { role: member.role }),
    ...place,
    ownTools: member?.ownTools ?? [],
    ...(context.planning === undefined ? {} : { planning: context.planning }),
    writablePaths: member?.workspace === undefined ? [] : (context.writablePaths ?? []),
    reasons: kind === 'present' ? winningReasons(state) : [],
    synthesize: kind === 'present' && state.presentation?.strategy === 'synthesize',
    date: new Date(clock.now()).toISOString().slice(0, 10),
  });
  return {
    turn: turn.turn,
    attempt: 1,
    kind,
    ...prompt,
    past: context.past(agent),
    question,
    answers,
    aliases: new Map([...members].map(([id, { alias }]) => [id, alias])),
    ...place,
    tools: createTools(context, turn),
    takeUpdate: () => takeNews(context, turn),
  };
}

/** The text of answers the agent was given since it last read any; reading it is taking it. */
export function takeUpdateText(context: TurnContext, agent: string, delivery: Delivery): string | undefined {
  const { state } = context.dispatcher;
  const now = agentState(state, agent);
  if (now === undefined || now.shown <= delivery.shown) return undefined;
  const range = { from: delivery.shown, shown: now.shown };
  delivery.shown = now.shown;
  const answers = shownAnswers(state, agentIndex(state, agent), range, context.files);
  return answers.length === 0 ? undefined : updateText(answers, now.mayAnswer);
}

async function takeNews(context: TurnContext, turn: Turn): Promise<string | undefined> {
  const { agent, kind, delivery, handle } = turn;
  const nudge = handle.takeNudge();
  if (kind === 'present') return nudge;
  const reply = await context.dispatcher.dispatch({ type: 'safe_point', agent, turn: turn.turn });
  if (reply?.type !== 'update') return nudge;
  const update = takeUpdateText(context, agent, delivery);
  return [update, nudge].filter((text) => text !== undefined).join('\n\n') || undefined;
}

function createTools(context: TurnContext, { agent, turn, kind, delivery }: Turn): ToolSession {
  const { dispatcher, files, recorder, members, tables } = context;
  const decisions = createDecisionHandler({
    agent,
    turn,
    dispatcher,
    files,
    updateSince: () => takeUpdateText(context, agent, delivery),
  });
  const offer = (): ToolTable => {
    const now = agentState(dispatcher.state, agent);
    const decide =
      kind === 'present' ? [] : decisionTools(decisions, now?.mayAnswer ?? true, (now?.shown ?? 0) > 0);
    const table = toolTable([...(members.get(agent)?.tools() ?? []), ...decide]);
    tables.set(agent, table);
    return table;
  };
  return createTurnToolSession({
    agent,
    turn,
    table: offer,
    pipeline: (call) => {
      offer();
      return context.pipeline(call);
    },
    decisions,
    recorder,
  });
}

function agentState(state: ProtocolState, agent: string): AgentState | undefined {
  return state.agents[agentIndex(state, agent)];
}

function winningReasons(state: ProtocolState): readonly string[] {
  const { winner } = state;
  return state.agents.flatMap(({ vote }) =>
    vote !== undefined && vote.author === winner?.author && vote.reason !== '' ? [vote.reason] : [],
  );
}
