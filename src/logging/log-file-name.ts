/**
 * The names of the files in a run's `mcp/`. Two servers never share one, also where the file system takes `Files` and
 * `files` for the same: whatever is not a plain lower-case name gets a piece of its hash, behind a `~` that no plain
 * name has. A name that had to be masked is not shown at all. Plain names have no dot, so a file tells what it is.
 */
import { hash } from 'node:crypto';

export interface LogFile {
  /** What the file is named for: a server, or `index`. */
  readonly stem: string;
  readonly kind: 'lines' | 'wire' | 'stderr';
  /** 0 is the one that is written; the others are older, the higher the older. */
  readonly generation: number;
}

export const indexStem = 'index';

const plain = /^[a-z0-9][a-z0-9_-]{0,63}$/u;
/** Names of our own, and those that Windows keeps for devices. */
const taken = /^(?:index|con|prn|aux|nul|com\d|lpt\d)$/u;
const form =
  /^([A-Za-z0-9_~-]+)(\.wire(?=[.\d]*\.jsonl$)|\.stderr(?=[.\d]*\.log$))?(?:\.(\d{1,3}))?\.(jsonl|log)$/u;

/** `shown` is the name as it may be shown, secrets masked. */
export function stemOf(server: string, shown: string): string {
  const isPlain = plain.test(server) && !taken.test(server);
  if (isPlain && server === shown) return server;
  const readable = server === shown ? server.replaceAll(/[^A-Za-z0-9_-]+/gu, '_').slice(0, 64) : 'server';
  return `${readable}~${hash('sha256', server, 'hex').slice(0, 8)}`;
}

export function fileOf({ stem, kind, generation }: LogFile): string {
  const number = generation === 0 ? '' : `.${generation}`;
  return `${stem}${kind === 'lines' ? '' : `.${kind}`}${number}${kind === 'stderr' ? '.log' : '.jsonl'}`;
}

/** Undefined for what is no file of these logs. */
export function parseLogFile(file: string): LogFile | undefined {
  const [, stem, suffix, number, ending] = form.exec(file) ?? [];
  if (stem === undefined || (ending === 'log' && suffix === undefined)) return undefined;
  const kind = suffix === '.wire' ? 'wire' : suffix === '.stderr' ? 'stderr' : 'lines';
  return { stem, kind, generation: number === undefined ? 0 : Number(number) };
}
