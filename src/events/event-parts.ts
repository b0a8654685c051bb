/** What several events have in common. */
export interface EventError {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

export interface SkippedFile {
  readonly path: string;
  readonly reason: string;
}

export interface InTurn {
  readonly agent: string;
  /** Counts the goes of this agent, from 1. */
  readonly turn: number;
}
