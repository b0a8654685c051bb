/** One finding about a config, with its place in the text. Holds no secret, neither in words nor in the excerpt. */
import type { ConfigSeverity } from './config-problem.ts';

export interface ConfigDiagnostic {
  readonly severity: ConfigSeverity;
  /** Code of the error table, `MG11xx`. */
  readonly code: string;
  readonly message: string;
  /** What to do next. */
  readonly hint?: string;
  /** The file or other name of the text. */
  readonly file?: string;
  /** From 1. */
  readonly line?: number;
  /** From 1, in UTF-16 units. */
  readonly column?: number;
  /** As in `agents[0].backend.model`. */
  readonly keyPath?: string;
  /** The line of the text with secrets blotted out, and which part of it is meant. */
  readonly excerpt?: { readonly text: string; readonly start: number; readonly length: number };
}
