/** What the parts of a run share: the options with every default filled in, and the children of the process. */
import { homedir } from 'node:os';
import type { ChildSupervisor } from '../process/child-supervisor.ts';
import type { Sandbox } from '../process/sandbox.ts';
import type { DiscoveryCache } from '../mcp/discovery-cache.ts';
import type { Program } from './program.ts';
import type { RuntimeOptions } from './runtime-options.ts';

export type RuntimeParts = Readonly<Required<Omit<RuntimeOptions, 'journalFiles'>>> &
  Pick<RuntimeOptions, 'journalFiles'> & {
    readonly program: Program;
    readonly children: ChildSupervisor;
    /** The sandbox of this machine, looked for once; undefined where there is none. */
    readonly sandbox: () => Promise<Sandbox | undefined>;
    /** What servers offered before, by logs directory: its runs share it. */
    readonly discoveryCacheIn: (logsDirectory: string) => DiscoveryCache;
  };

/** The user's home directory. */
export function homeOf({ environment }: Pick<RuntimeParts, 'environment'>): string {
  return environment['HOME'] ?? homedir();
}
