/** A child process as it is handed to those who talk to it, and how one is asked for. */
import type { Readable, Writable } from 'node:stream';

export interface LaunchSpec {
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment of the child; nothing else is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

export interface ChildExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Child {
  readonly pid: number;
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly exited: Promise<ChildExit>;
  /** Signals the whole group of the child; true when there was somebody to signal. */
  signal(name: NodeJS.Signals): boolean;
}

/** Rejects with the system's error (`ENOENT`, `EACCES`, …) when the program cannot be started. */
export type SpawnChild = (spec: LaunchSpec) => Promise<Child>;
