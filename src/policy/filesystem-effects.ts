/**
 * What the tools of the official filesystem server do, by name, and in which arguments they take paths. Used only
 * for a server that we know to be that one from how it is launched: a name alone proves nothing about a stranger.
 */
import type { Effect } from '../events/effect.ts';

export interface ToolEffects {
  readonly effects: readonly Effect[];
  /** Argument names that hold a path or a list of paths; undefined when any string may be one. */
  readonly pathArguments?: readonly string[];
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

/** `launch` is the command line of the server, or undefined when it is not started by us. */
export function toolEffects(launch: readonly string[] | undefined, tool: string): ToolEffects {
  const official = launch?.some((word) => /@modelcontextprotocol[\\/]server-filesystem(?:$|[@\\/])/u.test(word));
  if (official !== true || !Object.hasOwn(filesystemTools, tool)) return unknownEffects;
  return filesystemTools[tool] ?? unknownEffects;
}
