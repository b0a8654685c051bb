/**
 * What is known of well-known servers: data, looked up by `serverProfile`. Each row was checked against the source of
 * the package it names; a tool that is not listed is unknown. Pointers say where a call's arguments hold paths:
 * `path`, `paths[]`, `items[].path`.
 */
import type { Effect } from '../events/effect.ts';

export interface ToolProfile {
  readonly effects: readonly Effect[];
  /** Pointers to every argument that is a path; absent when any string may be one. */
  readonly paths?: readonly string[];
  /** Doing it twice is the same as doing it once. */
  readonly idempotent?: boolean;
}

export interface ServerProfile {
  /** The npm package. */
  readonly id: string;
  /** The files that `node` may be given to start it, inside of the package. */
  readonly entries: readonly string[];
  /** It keeps something of whoever talks to it (a browser, a shell, a current directory): one process an agent. */
  readonly statefulPerAgent: boolean;
  readonly tools: Readonly<Record<string, ToolProfile>>;
  /** How it is told which folders it may use. */
  readonly directories?:
    | { readonly type: 'positional' }
    | { readonly type: 'flag'; readonly flag: string; readonly join: 'comma' | 'repeat' }
    | { readonly type: 'cwd' };
}

const reads = (...paths: string[]): ToolProfile => ({ effects: ['Read'], paths });
const writes = (...paths: string[]): ToolProfile => ({ effects: ['Write'], paths });
const rewrites = (...paths: string[]): ToolProfile => ({ effects: ['Write'], paths, idempotent: true });

export const knownServers: readonly ServerProfile[] = [
  {
    id: '@modelcontextprotocol/server-filesystem',
    entries: ['dist/index.js'],
    statefulPerAgent: false,
    directories: { type: 'positional' },
    tools: {
      read_file: reads('path'),
      read_text_file: reads('path'),
      read_media_file: reads('path'),
      read_multiple_files: reads('paths[]'),
      list_directory: reads('path'),
      list_directory_with_sizes: reads('path'),
      directory_tree: reads('path'),
      search_files: reads('path'),
      get_file_info: reads('path'),
      list_allowed_directories: reads(),
      write_file: rewrites('path'),
      edit_file: writes('path'),
      create_directory: rewrites('path'),
      move_file: { effects: ['Write', 'Delete'], paths: ['source', 'destination'] },
    },
  },
];
