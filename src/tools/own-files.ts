/** What the tools for files of answers and of the own workspace need; the runtime puts it together for each agent. */

/** The call that something is done for. */
export interface OwnFilesCall {
  readonly call: string;
  readonly turn: number;
  readonly signal: AbortSignal;
}

/** Paths relative to the workspace; those of directories end in `/`. */
export interface MovedFiles {
  readonly added: readonly string[];
  readonly replaced: readonly string[];
  readonly removed: readonly string[];
  /** Files that were as they were to be. */
  readonly same: number;
  /** What was not done, with the reason. */
  readonly leftOut: readonly { readonly path: string; readonly reason: string }[];
}

export interface ComparedFiles {
  readonly from: string;
  readonly to: string;
  readonly changes: readonly { readonly path: string; readonly kind: 'added' | 'modified' | 'deleted' }[];
  /** Changes that the list leaves out. */
  readonly more: number;
  /** What differs in changed files. */
  readonly details: readonly string[];
  /** Changed files that are not among them. */
  readonly undescribed: number;
}

/** All throw errors that say to the agent what to do next. */
export interface OwnFiles {
  copy(
    request: {
      readonly items: readonly { readonly from: string; readonly to: string }[];
      readonly overwrite: boolean;
    },
    call: OwnFilesCall,
  ): Promise<MovedFiles>;
  diff(request: { readonly from: string; readonly to?: string }, call: OwnFilesCall): Promise<ComparedFiles>;
  remove(paths: readonly string[], call: OwnFilesCall): Promise<MovedFiles>;
  undo(overwrite: boolean, call: OwnFilesCall): Promise<MovedFiles & { readonly action: 'copy' | 'delete' }>;
}
