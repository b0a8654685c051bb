/**
 * The events of a run: one flat union, versioned by `v`. Everything that happened is one of these; terminal,
 * NDJSON, text files, resume and tests are folds over them. Durable events carry `seq` and are in the journal
 * before anyone acts on them; ephemeral ones only stream. None of these types ever changes its meaning.
 */
import type { CallOutcome } from './call-outcome.ts';
import type { Effect } from './effect.ts';
import type { EventError, InTurn, SkippedFile } from './event-parts.ts';
import type { MessagePart } from './message-part.ts';
import type { ToolContent } from './tool-content.ts';
import type { Usage } from './usage.ts';
import type { UserFileEventBody } from './user-file-event.ts';

export type { EventError, SkippedFile } from './event-parts.ts';
export type { KeepReason } from './user-file-event.ts';

export interface AgentDescription {
  /** The id from the config, for people. */
  readonly id: string;
  /** What its peers call it; stable for the run. */
  readonly alias: string;
  /** Backend type of the config, such as `chatcompletion`. */
  readonly backend: string;
  readonly model?: string;
  /** True when no model is behind it; displays must say so. */
  readonly scripted: boolean;
  /** Absolute path of its workspace, where it has one. */
  readonly workspace?: string;
}

export interface VoteRecord {
  readonly agent: string;
  /** Label of the answer, `<agent id>.<n>`. */
  readonly for: string;
  readonly reason: string;
}

export type RunOutcome = 'answered' | 'no_answer' | 'all_failed' | 'stopped';
export type LimitName =
  | 'orchestrator_timeout'
  | 'turn_soft'
  | 'turn_hard'
  | 'presentation_timeout'
  | 'user_stop';
export type WinnerRule =
  | 'most_votes'
  | 'tie_registration_order'
  | 'only_answer'
  | 'last_living'
  | 'no_votes_registration_order';
export type AttemptReason =
  | 'no_decision'
  | 'several_votes'
  | 'several_answers'
  | 'vote_and_answer'
  | 'no_answers_yet'
  | 'unknown_answer'
  | 'duplicate_answer'
  | 'empty_answer'
  | 'answer_limit';
export type InterruptReason = 'restart' | 'limit' | 'stop' | 'crash' | 'decided';
export type VoidReason = 'new_answer' | 'stale' | 'retired';
export type FinalAnswerStrategy = 'winner_present' | 'winner_reuse' | 'synthesize';

/** How a call was carried to its MCP server. */
export interface ServedCall {
  readonly server: string;
  /** Which connection to that server, unique in the run; absent when there was none. */
  readonly connection?: string;
  /** How often it was sent: 0 when it never was, above 1 when it was safe to repeat. */
  readonly attempts: number;
  /** Time before it was sent, in milliseconds: for a start of the server, and for its turn. */
  readonly queueMs: number;
  /** Time at the server in milliseconds, of the last attempt. */
  readonly serverMs: number;
  /** Size of what the server gave back, before anything was cut: characters of its texts, and of its binary data as base64. */
  readonly resultLength: number;
}

/** `open`: calls are held back; `half_open`: one is let through to see. */
export type BreakerState = 'closed' | 'open' | 'half_open';

/** Durable events without their envelope, as parts of the program hand them in. */
export type DurableEventBody =
  | {
      readonly type: 'run.started';
      readonly question: string;
      readonly agents: readonly AgentDescription[];
      /** Decides aliases and the order in which answers are shown. */
      readonly seed: number;
      /** Version of the program that wrote the run. */
      readonly program: string;
      readonly directory: string;
    }
  | { readonly type: 'run.resumed'; readonly after: number; readonly program: string }
  | {
      readonly type: 'run.finished';
      readonly outcome: RunOutcome;
      /** Label of the winning answer. */
      readonly winner?: string;
      /** The limit at which the run was ended early, if one was. */
      readonly limited?: LimitName;
      readonly error?: EventError;
    }
  | { readonly type: 'message.user'; readonly text: string }
  | ({ readonly type: 'agent.joined'; readonly agent: string } & Omit<AgentDescription, 'id'>)
  | ({ readonly type: 'agent.session'; readonly session: string } & InTurn)
  | {
      readonly type: 'agent.retired';
      readonly agent: string;
      readonly failures: number;
      readonly error: EventError;
    }
  | ({
      readonly type: 'turn.started';
      /** `seq` of the last answer delivered to the agent; 0 when it is shown none. */
      readonly shown: number;
      readonly mayAnswer: boolean;
    } & InTurn)
  | ({ readonly type: 'turn.finished'; readonly decision: 'answer' | 'vote' } & InTurn)
  | ({
      readonly type: 'turn.failed';
      readonly error: EventError;
      /** Failures of this agent in a row, this one included. */
      readonly failures: number;
      /** Pause before its next turn in milliseconds; absent when it is retired. */
      readonly retryInMs?: number;
    } & InTurn)
  /** The pause after a failed turn is over. */
  | { readonly type: 'backoff.ended'; readonly agent: string }
  | ({ readonly type: 'turn.interrupted'; readonly reason: InterruptReason } & InTurn)
  | ({
      readonly type: 'attempt.rejected';
      /** Which attempt of the turn this was, from 1. */
      readonly attempt: number;
      readonly reason: AttemptReason;
      /** What the agent was told. */
      readonly message: string;
    } & InTurn)
  | ({
      readonly type: 'model.call.started';
      readonly call: string;
      readonly model: string;
    } & InTurn)
  | ({
      readonly type: 'model.call.finished';
      readonly call: string;
      readonly model: string;
      readonly outcome: 'ok' | 'failed' | 'cancelled';
      readonly parts: readonly MessagePart[];
      /** Why the model stopped, in the provider's word. */
      readonly finish?: string;
      readonly usage: Usage;
      readonly latencyMs: number;
      readonly error?: EventError;
      /** After a failure: the same request goes out again after this pause in milliseconds. */
      readonly retryInMs?: number;
    } & InTurn)
  | ({
      readonly type: 'answer.submitted';
      readonly label: string;
      readonly number: number;
      /** The answer as its author wrote it. */
      readonly text: string;
      /** The text that duplicates are compared by: workspace paths neutral, trimmed. */
      readonly comparable: string;
      readonly snapshot?: string;
    } & InTurn)
  | ({
      readonly type: 'answer.rejected';
      readonly reason: AttemptReason;
      readonly text: string;
    } & InTurn)
  | ({
      readonly type: 'vote.cast';
      readonly for: string;
      readonly reason: string;
      readonly shown: number;
    } & InTurn)
  | ({
      readonly type: 'vote.voided';
      readonly for: string;
      readonly reason: VoidReason;
    } & InTurn)
  | ({ readonly type: 'update.injected'; readonly shown: number } & InTurn)
  | { readonly type: 'steering.received'; readonly agent?: string; readonly text: string }
  | ({
      readonly type: 'tool.call.started';
      readonly call: string;
      /** The name the model called. */
      readonly tool: string;
      readonly server?: string;
      /** The server's own name of the tool. */
      readonly serverTool?: string;
      readonly arguments: unknown;
      readonly effects: readonly Effect[];
      /** Paths the call names, as far as its tool is known to take some; absolute where we could tell. */
      readonly paths?: readonly string[];
    } & InTurn)
  | ({
      readonly type: 'tool.call.finished';
      readonly call: string;
      readonly tool: string;
      readonly outcome: CallOutcome;
      readonly content: readonly ToolContent[];
      /** From the start in the journal to the result, waiting included. */
      readonly latencyMs: number;
      readonly error?: EventError;
      /** What the way to the server was like; absent for tools of our own and calls that were denied. */
      readonly served?: ServedCall;
    } & InTurn)
  | {
      readonly type: 'workspace.prepared';
      readonly agent: string;
      readonly path: string;
      /** Where its content from earlier runs was moved to. */
      readonly archived?: string;
    }
  | ({
      /** Files of the workspace that differ from before the call. */
      readonly type: 'workspace.changed';
      readonly call: string;
      readonly added: readonly string[];
      readonly modified: readonly string[];
      readonly deleted: readonly string[];
      /** True when the lists were cut at 100 paths each. */
      readonly cut: boolean;
      /** Other calls of the agent that ended at the same time: any of them may have been it. */
      readonly beside?: readonly string[];
    } & InTurn)
  | UserFileEventBody
  | ({
      /** A tool of ours is about to change files of the workspace: what it takes away is stored, so it can be undone. */
      readonly type: 'workspace.kept';
      readonly call: string;
      readonly action: 'copy' | 'delete' | 'undo';
      /** What is at the places that change, and what is to be, as manifests in the store; the call undone. */
      readonly before?: string;
      readonly after?: string;
      readonly undoes?: string;
    } & InTurn)
  | ({
      readonly type: 'approval.requested';
      readonly call: string;
      readonly question: string;
    } & InTurn)
  | ({
      readonly type: 'approval.decided';
      readonly call: string;
      readonly decision: 'allow' | 'deny';
      readonly by: string;
    } & InTurn)
  | {
      readonly type: 'budget.reserved';
      readonly agent: string;
      readonly call: string;
      readonly costUsd?: number;
      readonly tokens: number;
    }
  | {
      readonly type: 'budget.settled';
      readonly agent: string;
      readonly call: string;
      readonly costUsd?: number;
      readonly usage: Usage;
    }
  | { readonly type: 'limit.warned'; readonly limit: LimitName; readonly agent?: string }
  | { readonly type: 'limit.reached'; readonly limit: LimitName; readonly agent?: string }
  | {
      readonly type: 'snapshot.published';
      readonly agent: string;
      readonly turn: number;
      /** The call after which the workspace was as it is here; absent for a version that is bound to an answer. */
      readonly call?: string;
      readonly snapshot: string;
      readonly files: number;
      readonly bytes: number;
      /** Left out on purpose, such as `.git`. */
      readonly excluded: readonly string[];
      /** Could not be stored, each with the reason; never fatal. */
      readonly skipped: readonly SkippedFile[];
    }
  | {
      readonly type: 'server.starting';
      readonly server: string;
      readonly agent?: string;
      /** Launch line or URL, for people; secrets replaced. */
      readonly launch: string;
      /** True when it takes the place of one that was lost or had been idle. */
      readonly again?: boolean;
      /** True when it runs in a sandbox that keeps it from what agents have published. */
      readonly confined?: boolean;
    }
  | {
      readonly type: 'server.ready';
      readonly server: string;
      readonly agent?: string;
      readonly tools: readonly string[];
      /** Start, handshake and listing, in milliseconds; 0 when its tools are known from before and it has not started. */
      readonly startMs: number;
      /** True when it has not started yet: its tools are known from an earlier run, it starts with the first call. */
      readonly deferred?: boolean;
      readonly connection?: string;
      /** Name and version the server gives itself. */
      readonly version?: string;
      /** Version of the protocol that was agreed on. */
      readonly protocol?: string;
      readonly pid?: number;
    }
  | {
      readonly type: 'server.failed';
      readonly server: string;
      readonly agent?: string;
      readonly error: EventError;
    }
  | {
      /** What the server offers is no longer what it was, now or since an earlier run; names of tools. */
      readonly type: 'server.tools.changed';
      readonly server: string;
      readonly agent?: string;
      readonly added: readonly string[];
      readonly removed: readonly string[];
      /** Same name, other definition: what was known and trusted under it is not what it is now. */
      readonly changed: readonly string[];
    }
  | {
      readonly type: 'server.stopped';
      readonly server: string;
      readonly agent?: string;
      readonly connection?: string;
      /** Default: the end of the run. `idle`: nobody had called it for a while. */
      readonly reason?: 'idle' | 'run_end';
    }
  | {
      readonly type: 'breaker.changed';
      readonly server: string;
      readonly agent?: string;
      readonly state: BreakerState;
      /** For `open`: when the next call is let through, in milliseconds. */
      readonly retryInMs?: number;
      /** For `open`: the last failure. */
      readonly error?: EventError;
    }
  | {
      readonly type: 'winner.selected';
      readonly agent: string;
      /** Label of the winning answer. */
      readonly answer: string;
      readonly votes: readonly VoteRecord[];
      readonly rule: WinnerRule;
    }
  | ({ readonly type: 'presentation.started'; readonly strategy: FinalAnswerStrategy } & InTurn)
  | ({
      readonly type: 'presentation.finished';
      readonly text: string;
      /** `stored`: the winning answer as it was submitted, because no presentation was asked for or it failed. */
      readonly source: 'presented' | 'stored';
      readonly snapshot?: string;
      readonly error?: EventError;
    } & InTurn)
  | {
      readonly type: 'warning.raised';
      readonly agent?: string;
      readonly code: string;
      readonly message: string;
      readonly hint?: string;
    };

/** Events that only stream: parts of a text while it is written. */
export type EphemeralEventBody =
  | ({ readonly type: 'text.delta'; readonly text: string } & InTurn)
  | ({ readonly type: 'reasoning.delta'; readonly text: string } & InTurn);

export type RunEventBody = DurableEventBody | EphemeralEventBody;

export interface EventEnvelope {
  /** Version of the event format. */
  readonly v: 1;
  /** When it happened, ISO 8601 in UTC with milliseconds. */
  readonly at: string;
  readonly run: string;
}

export type DurableEvent = DurableEventBody & EventEnvelope & { readonly seq: number };
export type EphemeralEvent = EphemeralEventBody & EventEnvelope;
export type RunEvent = DurableEvent | EphemeralEvent;

export type RunEventType = RunEventBody['type'];
export type DurableEventOf<T extends DurableEventBody['type']> = Extract<DurableEvent, { readonly type: T }>;
