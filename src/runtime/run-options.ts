/** What a run is asked for, and what can be done with one that is under way. */
import type { MassGenConfig } from '../config/schema/massgen-config.ts';
import type { EventSink } from '../display/event-sink.ts';
import type { DurableEvent } from '../events/run-event.ts';
import type { ProtocolState } from '../protocol/protocol-state.ts';
import type { RunDirectory } from '../journal/run-directory.ts';
import type { LoggedServer, McpLogEntry } from '../logging/mcp-log.ts';
import type { AskPerson } from '../mcp/elicitation.ts';

export interface Exchange {
  readonly user: string;
  readonly assistant: string;
}

/** What a sink may need to know before the first event. */
export interface RunContext {
  readonly directory: RunDirectory;
  readonly agents: readonly string[];
  /** What the journal holds already; empty for a new run. These events are not told again. */
  readonly journaled: readonly DurableEvent[];
  /** Replaces known secrets and masks what looks like one. */
  readonly redact: (text: string) => string;
}

export type SinkFactory = (context: RunContext) => EventSink | Promise<EventSink>;

/** What a final turn would change in files of the user. */
export interface ProposedChanges {
  /** The file or folder. */
  readonly path: string;
  readonly changes: readonly { readonly path: string; readonly kind: 'added' | 'modified' | 'deleted' }[];
}

/** Puts the changes before a person; true makes them, undefined: nobody answered. The signal ends the waiting. */
export type ConfirmChanges = (proposed: ProposedChanges, signal: AbortSignal) => Promise<boolean | undefined>;

export interface RunOptions extends McpRunOptions {
  readonly config: MassGenConfig;
  /** Absolute path of the file the config came from. */
  readonly configPath?: string;
  readonly question: string;
  /** Earlier exchanges of the same conversation. Default none. */
  readonly history?: readonly Exchange[];
  /** Decides aliases and orders. Default: drawn. */
  readonly seed?: number;
  /** Work in directories of the run instead of the `cwd` of the config. Default false. */
  readonly isolateWorkspaces?: boolean;
  /** All agents get a workspace in the run, though the config names none. Default false. */
  readonly workspacesForAll?: boolean;
  /** Watchers of the events, told from the first one on. */
  readonly sinks?: readonly SinkFactory[];
  /** Debug detail in the log of the run. Default false. */
  readonly debug?: boolean;
  /** False writes no text files and no log; the journal is always kept. Default true. */
  readonly logs?: boolean;
}

/** How a run and the person in front of it get on. */
export interface McpRunOptions {
  /** Puts questions of MCP servers to a person. Default: they are declined. */
  readonly ask?: AskPerson;
  /** For `apply: ask`. Default: nobody is asked, and the changes are kept with the run. */
  readonly confirmChanges?: ConfirmChanges;
  /** Servers whose logs hold everything: names, or true for all. Default none. */
  readonly mcpDebug?: true | readonly string[];
  /** Told of what the servers in `mcpDebug` do, as it happens. */
  readonly onMcpLog?: (of: LoggedServer, entry: McpLogEntry) => void;
}

export interface ResumeOptions extends McpRunOptions {
  /** Time for the coordination from now on, in seconds. Default: what the config says. */
  readonly orchestratorTimeoutSeconds?: number;
  readonly sinks?: readonly SinkFactory[];
  readonly debug?: boolean;
  readonly logs?: boolean;
}

export interface RunHandle {
  readonly id: string;
  readonly directory: RunDirectory;
  /** Resolves when the run has ended; rejects when it could not go on, with what was journaled kept. */
  readonly finished: Promise<ProtocolState>;
  /** Ends with what exists. */
  stop(): void;
  /** Ends at once; the run can be resumed. */
  abort(reason: Error): void;
}
