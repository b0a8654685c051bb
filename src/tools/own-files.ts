/** What the tools for files of answers and of the own workspace need; the runtime puts it together for each agent. */
import type { DiffRequest, WorkspaceDiff } from '../workspace/workspace-diff.ts';
import type { CopyRequest, Moved } from '../workspace/workspace-moves.ts';

/** The call that something is done for. */
export interface OwnFilesCall {
  readonly call: string;
  readonly turn: number;
  readonly signal: AbortSignal;
}

/** All throw errors that say to the agent what to do next. */
export interface OwnFiles {
  copy(request: CopyRequest, call: OwnFilesCall): Promise<Moved>;
  diff(request: DiffRequest, call: OwnFilesCall): Promise<WorkspaceDiff>;
  remove(paths: readonly string[], call: OwnFilesCall): Promise<Moved>;
  undo(overwrite: boolean, call: OwnFilesCall): Promise<Moved & { readonly action: 'copy' | 'delete' }>;
}
