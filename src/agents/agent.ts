/**
 * The port of an agent, versioned: what the coordinator asks of every backend. A turn can be started from
 * the request alone; an agent keeps nothing between turns that the journal does not have.
 */
import type { DurableEventBody, EphemeralEventBody } from '../events/run-event.ts';
import type { ToolSession } from '../tools/tool-session.ts';

type OfAgent<T> = T extends unknown ? Omit<T, 'agent' | 'turn'> : never;

/** What an agent reports while it works; the coordinator adds agent and turn. */
export type AgentEvent =
  | OfAgent<EphemeralEventBody>
  | OfAgent<
      Extract<
        DurableEventBody,
        { readonly type: 'model.call.started' | 'model.call.finished' | 'agent.session' | 'warning.raised' }
      >
    >;

/** An answer as its reader sees it: alias, never the id of its author. */
export interface ShownAnswer {
  /** `<alias>.<n>`, the name to vote for. */
  readonly label: string;
  readonly alias: string;
  readonly text: string;
  /** Id of its author; for scripts and files, never for a model. */
  readonly author: string;
  /** Position in the order of submission, from 1. */
  readonly order: number;
  /** Where its files can be read, when it has any. */
  readonly view?: string;
}

/** `answer`: no answers yet; `decide`: answers exist; `present`: the final answer is asked for. */
export type TurnKind = 'answer' | 'decide' | 'present';

export interface TurnRequest {
  readonly turn: number;
  /** From 1; above 1 the conversation of this turn goes on with `followUp`. */
  readonly attempt: number;
  readonly kind: TurnKind;
  readonly system: string;
  readonly user: string;
  /** Attempts after the first: what was wrong with the last one. */
  readonly followUp?: string;
  /** Kinds of this agent's turns that have ended before, oldest first; interrupted ones are not among them. */
  readonly past: readonly TurnKind[];
  readonly question: string;
  readonly answers: readonly ShownAnswer[];
  /** Alias of each agent by id; for scripts, which name agents as the config does. */
  readonly aliases: ReadonlyMap<string, string>;
  readonly workspace?: string;
  /** Directory that holds one view per answer. */
  readonly views?: string;
  readonly contextPaths: readonly string[];
  /** In the final turn: copies of the user's files that it may change, each with what it is a copy of. */
  readonly staged?: readonly {
    readonly path: string;
    readonly place: string;
    readonly protectedPaths: readonly string[];
  }[];
  readonly tools: ToolSession;
  /**
   * To be called at each point where the agent can take a message (before each model call). The text of new
   * answers since it last looked, or undefined. Calling it marks them as delivered.
   */
  takeUpdate(): Promise<string | undefined>;
}

export interface Agent {
  readonly version: 1;
  readonly id: string;
  /**
   * One attempt of a turn. Ends when the agent has nothing more to say or a decision was accepted. Throws
   * when it cannot go on (the turn then failed) and when `signal` aborts.
   */
  turn(request: TurnRequest, signal: AbortSignal): AsyncIterable<AgentEvent>;
  close(): Promise<void>;
}
