/** A config with what was found about it. */
import type { ConfigDiagnostic } from './config-diagnostic.ts';
import type { MassGenConfig } from './schema/massgen-config.ts';

export interface LoadedConfig {
  /** Present where no diagnostic is an error. */
  readonly config?: MassGenConfig;
  readonly diagnostics: readonly ConfigDiagnostic[];
  /** The file it was read from. */
  readonly path?: string;
  /** SHA-256 of the text, in hex. Absent where there is no text. */
  readonly digest?: string;
}
