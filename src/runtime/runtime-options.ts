/** Everything the program takes from outside; what is absent is the machine's own. */
import type { Clock } from '../events/clock.ts';
import type { IdSource } from '../events/id-source.ts';
import type { Environment } from '../config/variables.ts';
import type { JournalFiles } from '../journal/journal-file.ts';
import type { LookUp } from '../policy/address-rules.ts';

export interface RuntimeOptions {
  /** Directory that relative paths count from. Default: the process's. */
  readonly cwd?: string;
  /** Variables for keys and servers. Default: the process's. */
  readonly environment?: Environment;
  /** Default: `massgen_logs` in `cwd`. */
  readonly logsDirectory?: string;
  readonly clock?: Clock;
  readonly ids?: IdSource;
  /** Numbers in [0, 1). Default: `Math.random`. */
  readonly random?: () => number;
  readonly fetch?: typeof globalThis.fetch;
  /** The addresses of a host, for `resolve_dns` of MCP servers. Default: as the machine knows them. */
  readonly lookUp?: LookUp;
  /** Ends the process as a crash would. Default: SIGKILL to itself. */
  readonly crash?: () => void;
  /** Default: the disk. */
  readonly journalFiles?: JournalFiles | undefined;
}
