/** One thing that is wrong or worth knowing, before its place in the text is looked up. Never holds a secret. */
import type { configErrors } from '../errors/config-errors.ts';
import type { ConfigPath } from './config-path.ts';

export type ConfigSeverity = 'error' | 'warning' | 'note';

export interface ConfigProblem {
  readonly severity: ConfigSeverity;
  readonly definition: keyof typeof configErrors;
  readonly message: string;
  /** What to do; the hint of the definition if absent. */
  readonly hint?: string;
  /** The key or value that is meant; where it does not exist, its nearest parent that does is shown. */
  readonly path?: ConfigPath;
  /** Whether the key at `path` is meant, not its value. */
  readonly onKey?: boolean;
  /** A place in the text, where there is no path yet. */
  readonly offset?: number;
  /** How much of the text from `offset` on is meant. Default 1. */
  readonly length?: number;
}
