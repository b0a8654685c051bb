/**
 * Events about the user's own files: copies that the final turn may change, what it did to them, and what became of that
 * in the user's files. A part of the one union.
 */
import type { InTurn, EventError, SkippedFile } from './event-parts.ts';

/**
 * Why changes of the user's files wait: `never` and `declined` by the user's word, `unasked` where nobody answered,
 * `incomplete` after a final turn that did not come to its end, `failed` with an error.
 */
export type KeepReason = 'never' | 'declined' | 'unasked' | 'incomplete' | 'failed';

export type UserFileEventBody =
  | ({
      /** A copy of files of the user was made, which the final turn may change. */
      readonly type: 'context.staged';
      /** What it is a copy of. */
      readonly path: string;
      readonly kind: 'folder' | 'file';
      /** The copy: a folder, or the file itself. */
      readonly place: string;
      /** The files as they were; changes are measured against it. */
      readonly snapshot: string;
      readonly files: number;
      readonly bytes: number;
      /** Relative paths in it that nobody may change. */
      readonly protected: readonly string[];
      /** Names that the copy was made without, beside the usual ones; those that begin with `/` are paths in it. */
      readonly left: readonly string[];
      /** Could not be copied, each with the reason. */
      readonly skipped: readonly SkippedFile[];
    } & InTurn)
  | ({
      /** What the final turn did to the copy; nothing of it has been done to the user's files yet. */
      readonly type: 'context.changed';
      readonly path: string;
      /** The copy as it was left. */
      readonly snapshot: string;
      readonly added: readonly string[];
      readonly modified: readonly string[];
      readonly deleted: readonly string[];
      /** True when the lists were cut at 100 paths each. */
      readonly cut: boolean;
      /** False when the turn was ended before it was done. */
      readonly complete: boolean;
    } & InTurn)
  | {
      /** Changes were made in the user's files. */
      readonly type: 'changes.applied';
      /** The file or folder. */
      readonly path: string;
      readonly snapshot: string;
      /** Relative paths; at most 100. */
      readonly applied: readonly string[];
      /** Not changed, because somebody else had changed them meanwhile, or they could not be written. */
      readonly conflicts: readonly SkippedFile[];
      /** Not changed, because no change of an agent is let in there. */
      readonly refused: readonly SkippedFile[];
      /** True when a list was cut at 100 paths. */
      readonly cut: boolean;
      /** Number of the record in `undo/`; absent when nothing was changed. */
      readonly undo?: number;
      /** `config`: at the end of the run; `person`: asked there; `command`: by `massgen runs apply`. */
      readonly by: 'config' | 'person' | 'command';
    }
  | {
      /** Changes were not made; they wait for `massgen runs apply`. */
      readonly type: 'changes.kept';
      readonly path: string;
      readonly snapshot: string;
      readonly reason: KeepReason;
      readonly error?: EventError;
    }
  | {
      /** Changes were put back. */
      readonly type: 'changes.undone';
      readonly path: string;
      /** Relative paths; at most 100. */
      readonly undone: readonly string[];
      /** Left as they are, because they were changed again since. */
      readonly conflicts: readonly SkippedFile[];
      readonly cut: boolean;
    };
