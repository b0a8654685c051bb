/**
 * What the tools of the official filesystem server do, by name, and in which arguments they take paths. Used only
 * for a server that we know to be that one from how it is launched: a name alone proves nothing about a stranger.
 */
import { basename } from 'node:path';
import type { Effect } from '../events/effect.ts';

export interface ToolEffects {
  readonly effects: readonly Effect[];
  /** Argument names that hold a path or a list of paths; undefined when any string may be one. */
  readonly pathArguments?: readonly string[];
  /** The directories the server was given, as written; it looks for relative paths in each of them in turn. */
  readonly directories?: readonly string[];
}

/** How a server is started by us. */
export interface ServerLaunch {
  readonly command: string;
  readonly args: readonly string[];
}

const reads = (...pathArguments: string[]): ToolEffects => ({ effects: ['Read'], pathArguments });
const writes = (...pathArguments: string[]): ToolEffects => ({ effects: ['Write'], pathArguments });

const filesystemTools: Readonly<Record<string, ToolEffects>> = {
  read_file: reads('path'),
  read_text_file: reads('path'),
  read_media_file: reads('path'),
  read_multiple_files: reads('paths'),
  list_directory: reads('path'),
  list_directory_with_sizes: reads('path'),
  directory_tree: reads('path'),
  search_files: reads('path'),
  get_file_info: reads('path'),
  list_allowed_directories: reads(),
  write_file: writes('path'),
  edit_file: writes('path'),
  create_directory: writes('path'),
  move_file: { effects: ['Write', 'Delete'], pathArguments: ['source', 'destination'] },
};

/** Anything we do not know may do anything, with any string as a path. */
export const unknownEffects: ToolEffects = { effects: ['Unknown'] };

/** `launch` is undefined for a server that we do not start. */
export function toolEffects(launch: ServerLaunch | undefined, tool: string): ToolEffects {
  const directories = launch === undefined ? undefined : officialDirectories(launch);
  if (directories === undefined || !Object.hasOwn(filesystemTools, tool)) return unknownEffects;
  return { ...(filesystemTools[tool] ?? unknownEffects), directories };
}

const entryFile = /(?:^|[\\/])@modelcontextprotocol[\\/]server-filesystem[\\/]dist[\\/]index\.js$/u;
const packageName = /^@modelcontextprotocol\/server-filesystem(?:@[^\\/\s]*)?$/u;

/**
 * The arguments of the official filesystem server; undefined when it is not what the command line starts. What
 * comes between the program and the server could load anything else, so only harmless options may stand there.
 */
function officialDirectories({ command, args }: ServerLaunch): readonly string[] | undefined {
  const program = basename(command).replace(/\.(?:exe|cmd)$/u, '');
  const [first = '', ...rest] = args;
  switch (program) {
    case 'node':
    case 'nodejs':
    case 'bun':
      return entryFile.test(first) ? rest : undefined;
    case 'npx':
    case 'bunx': {
      const at = args.findIndex((word) => !['-y', '--yes', '-q', '--quiet'].includes(word));
      return packageName.test(args[at] ?? '') ? args.slice(at + 1) : undefined;
    }
    case 'pnpm':
    case 'yarn':
      return first === 'dlx' && packageName.test(rest[0] ?? '') ? rest.slice(1) : undefined;
    default:
      return undefined;
  }
}
