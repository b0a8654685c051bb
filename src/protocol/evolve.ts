/**
 * One event applied to the state. This is the only place where state changes, so folding the journal gives
 * exactly the state the program had. Events of other concerns (tools, servers, texts) change nothing here.
 */
import type { DurableEventBody } from '../events/run-event.ts';
import {
  globalCapReached,
  initialState,
  type AgentState,
  type ProtocolState,
  type Vote,
} from './protocol-state.ts';

/** Position of an agent by id; -1 for an id that is not of the team. */
export function agentIndex(state: ProtocolState, id: string): number {
  return state.indexOf.get(id) ?? -1;
}

type AgentChange = Partial<Omit<AgentState, 'id' | 'alias' | 'vote'>> & { readonly vote?: Vote | undefined };

function change(state: ProtocolState, id: string, to: AgentChange): ProtocolState {
  const index = agentIndex(state, id);
  const before = state.agents[index];
  if (before === undefined) return state;
  const { vote, ...rest } = { ...before, ...to };
  const after: AgentState = vote === undefined ? rest : { ...rest, vote };
  const living = Number(after.mode !== 'retired') - Number(before.mode !== 'retired');
  const drafted = (agent: AgentState): number =>
    Number(agent.mode !== 'retired' && (agent.answers > 0 || agent.mode === 'voted'));
  return {
    ...state,
    agents: state.agents.with(index, after),
    living: state.living + living,
    voted: state.voted + Number(after.mode === 'voted') - Number(before.mode === 'voted'),
    drafted: state.drafted + drafted(after) - drafted(before),
    idle: state.idle + Number(after.mode === 'idle') - Number(before.mode === 'idle'),
  };
}

/** A run that was ended by a limit or by failure begins again where it stood; answers and votes are kept. */
function reopen(state: ProtocolState): ProtocolState {
  if (state.phase !== 'finished') return state;
  const { config, indexOf, agents, answers, living, voted, drafted, idle } = state;
  let reopened: ProtocolState = {
    config,
    indexOf,
    phase: 'coordinating',
    agents,
    answers,
    living,
    voted,
    drafted,
    idle,
  };
  for (const agent of state.agents) {
    if (agent.mode === 'retired') {
      reopened = change(reopened, agent.id, { mode: 'idle', failuresInRow: 0 });
    }
  }
  return reopened;
}

/** The state after `event`, which has this `seq` in the journal. */
export function evolve(state: ProtocolState, event: DurableEventBody, seq: number): ProtocolState {
  switch (event.type) {
    case 'run.resumed':
      return reopen(state);
    case 'turn.started':
      return change(state, event.agent, {
        mode: 'working',
        turn: event.turn,
        attempt: 1,
        shown: event.shown,
        mayAnswer: event.mayAnswer,
        vote: undefined,
      });
    case 'turn.finished':
      return event.decision === 'vote'
        ? change(state, event.agent, { mode: 'voted', failuresInRow: 0 })
        : change(state, event.agent, { mode: 'idle', failuresInRow: 0 });
    case 'turn.failed':
      return change(state, event.agent, { mode: 'backoff', failuresInRow: event.failures });
    case 'turn.interrupted':
    case 'backoff.ended':
      return change(state, event.agent, { mode: 'idle' });
    case 'agent.retired':
      return change(state, event.agent, { mode: 'retired', vote: undefined });
    case 'attempt.rejected':
      return change(state, event.agent, { attempt: event.attempt + 1 });
    case 'answer.submitted': {
      const author = agentIndex(state, event.agent);
      if (author === -1) return state;
      const answers = [
        ...state.answers,
        {
          seq,
          author,
          number: event.number,
          label: event.label,
          text: event.text,
          comparable: event.comparable,
          ...(event.snapshot === undefined ? {} : { snapshot: event.snapshot }),
        },
      ];
      return change({ ...state, answers }, event.agent, {
        answers: event.number,
        latestAnswer: answers.length - 1,
      });
    }
    case 'vote.cast': {
      const answer = state.answers.findLast((candidate) => candidate.label === event.for);
      if (answer === undefined) return state;
      return change(state, event.agent, {
        vote: { author: answer.author, label: event.for, reason: event.reason, turn: event.turn },
      });
    }
    case 'vote.voided':
      // A stale vote never stood: its voter is still working and is asked again.
      return event.reason === 'stale' ? state : change(state, event.agent, { mode: 'idle', vote: undefined });
    case 'update.injected':
      return change(state, event.agent, {
        shown: event.shown,
        // Who has seen the last answer the run may have knows that there is only the vote left.
        ...(globalCapReached(state) ? { mayAnswer: false } : {}),
      });
    case 'limit.reached':
      return event.agent === undefined ? { ...state, limited: event.limit } : state;
    case 'winner.selected': {
      const author = agentIndex(state, event.agent);
      const answer = state.answers.findLastIndex((candidate) => candidate.label === event.answer);
      return { ...state, phase: 'presenting', winner: { author, answer, rule: event.rule } };
    }
    case 'presentation.started':
      return change(
        {
          ...state,
          presentation: {
            agent: agentIndex(state, event.agent),
            turn: event.turn,
            strategy: event.strategy,
          },
        },
        event.agent,
        { turn: event.turn },
      );
    case 'presentation.finished':
      if (state.presentation === undefined) return state;
      return {
        ...state,
        presentation: {
          ...state.presentation,
          finished: {
            text: event.text,
            source: event.source,
            ...(event.snapshot === undefined ? {} : { snapshot: event.snapshot }),
          },
        },
      };
    case 'run.finished':
      return {
        ...state,
        phase: 'finished',
        outcome: event.outcome,
        ...(event.error === undefined ? {} : { error: event.error }),
      };
    default:
      return state;
  }
}

/** The state that a journal leads to. Every program that folds the same events gets the same state. */
export function foldEvents(
  config: Parameters<typeof initialState>[0],
  events: Iterable<DurableEventBody & { readonly seq: number }>,
): ProtocolState {
  let state = initialState(config);
  for (const event of events) state = evolve(state, event, event.seq);
  return state;
}
