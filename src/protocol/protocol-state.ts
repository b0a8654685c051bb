/**
 * The state of coordination: a fold of the journal, nothing else. Counters are kept beside the agents so that
 * a step costs the same with three agents and with ten thousand.
 */
import type {
  EventError,
  FinalAnswerStrategy,
  LimitName,
  RunOutcome,
  WinnerRule,
} from '../events/run-event.ts';
import type { ProtocolConfig } from './protocol-config.ts';

export interface Vote {
  /** Index of the answer's author. */
  readonly author: number;
  /** `<agent id>.<n>`. */
  readonly label: string;
  readonly reason: string;
  readonly turn: number;
}

/**
 * idle: may be given a turn · working: has one · voted: has a standing vote · backoff: pauses after a failure ·
 * retired: out of the run, its answers stay candidates.
 */
export type AgentMode = 'idle' | 'working' | 'voted' | 'backoff' | 'retired';

export interface AgentState {
  readonly id: string;
  readonly alias: string;
  readonly mode: AgentMode;
  /** Number of its latest turn; 0 before the first. */
  readonly turn: number;
  /** Attempt of the latest turn, from 1. */
  readonly attempt: number;
  /** `seq` of the last answer its latest turn was shown; 0 for none. */
  readonly shown: number;
  readonly mayAnswer: boolean;
  readonly failuresInRow: number;
  /** Answers it has submitted. */
  readonly answers: number;
  /** Index into `answers` of its latest answer; -1 for none. */
  readonly latestAnswer: number;
  readonly vote?: Vote;
}

export interface AnswerRecord {
  readonly seq: number;
  /** Index of its author. */
  readonly author: number;
  readonly number: number;
  /** `<agent id>.<n>`. */
  readonly label: string;
  readonly text: string;
  readonly comparable: string;
  readonly snapshot?: string;
}

export interface Winner {
  readonly author: number;
  /** Index into `answers`. */
  readonly answer: number;
  readonly rule: WinnerRule;
}

export interface Presentation {
  readonly agent: number;
  readonly turn: number;
  readonly strategy: FinalAnswerStrategy;
  readonly finished?: {
    readonly text: string;
    readonly source: 'presented' | 'stored';
    readonly snapshot?: string;
  };
}

export interface ProtocolState {
  readonly config: ProtocolConfig;
  /** Position of each agent by id. */
  readonly indexOf: ReadonlyMap<string, number>;
  readonly phase: 'coordinating' | 'presenting' | 'finished';
  readonly agents: readonly AgentState[];
  /** In the order of acceptance; `seq` ascends. */
  readonly answers: readonly AnswerRecord[];
  readonly living: number;
  /** Living agents with a standing vote. */
  readonly voted: number;
  /** Living agents past their first draft: with an answer, or with a standing vote. */
  readonly drafted: number;
  readonly idle: number;
  readonly limited?: LimitName;
  readonly winner?: Winner;
  readonly presentation?: Presentation;
  readonly outcome?: RunOutcome;
  readonly error?: EventError;
}

export function initialState(config: ProtocolConfig): ProtocolState {
  return {
    config,
    indexOf: new Map(config.agents.map(({ id }, index) => [id, index])),
    phase: 'coordinating',
    agents: config.agents.map(({ id, alias }) => ({
      id,
      alias,
      mode: 'idle',
      turn: 0,
      attempt: 0,
      shown: 0,
      mayAnswer: true,
      failuresInRow: 0,
      answers: 0,
      latestAnswer: -1,
    })),
    answers: [],
    living: config.agents.length,
    voted: 0,
    drafted: 0,
    idle: config.agents.length,
  };
}

/** `seq` of the newest answer; 0 while there is none. */
export function lastAnswerSeq(state: ProtocolState): number {
  return state.answers.at(-1)?.seq ?? 0;
}

/** True when nobody may submit a further answer. */
export function globalCapReached(state: ProtocolState): boolean {
  const cap = state.config.maxNewAnswersGlobal;
  return cap !== undefined && state.answers.length >= cap;
}
