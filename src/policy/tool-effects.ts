/**
 * What the tools of MCP servers do: first what the config says, then what is known of a well-known server, else
 * unknown. Everything after this uses effects, never names.
 */
import type { Effect } from '../events/effect.ts';
import { serverArguments, serverProfile, type ServerLaunch } from './server-profile.ts';

export interface ToolEffects {
  readonly effects: readonly Effect[];
  /** Where the arguments hold paths, as pointers such as `path`, `paths[]`, `items[].path`; undefined when any string may be one. */
  readonly pathArguments?: readonly string[];
  /** With `pathArguments` undefined: names of arguments, at any depth, whose texts are content and never paths. */
  readonly contentArguments?: readonly string[];
  /** The directories the server was given, as written; it looks for relative paths in each of them in turn. */
  readonly directories?: readonly string[];
  /** What this rests on. Only `config`, `profile` and `own` are sure enough to repeat a call. */
  readonly source: 'config' | 'profile' | 'guess' | 'own';
  /** The same in words, for debug logs. */
  readonly why: string;
  /** Doing it twice is the same as doing it once. */
  readonly idempotent?: boolean;
}

/** What a server says of a tool, as far as it bears on what the tool does. */
export interface ToolShape {
  readonly name: string;
  readonly inputSchema: Readonly<Record<string, unknown>>;
  readonly annotations?: Readonly<Record<string, unknown>>;
}

export interface ServerFacts {
  /** Undefined for a server that we do not start. */
  readonly launch?: ServerLaunch;
  /** `effects` of the server's config: by name, `*` stands for any part of one. */
  readonly declared?: Readonly<Record<string, readonly Effect[]>>;
  /** The names of all its tools. */
  readonly toolNames: readonly string[];
}

/** Anything we do not know may do anything, with any string as a path. */
export const unknownEffects: ToolEffects = {
  effects: ['Unknown'],
  source: 'guess',
  why: 'nothing is known of it',
};

export function toolEffects(tool: ToolShape, { launch }: ServerFacts): ToolEffects {
  const profile = serverProfile(launch);
  if (launch === undefined || profile === undefined || !Object.hasOwn(profile.tools, tool.name)) {
    return unknownEffects;
  }
  const known = profile.tools[tool.name];
  if (known === undefined) return unknownEffects;
  return {
    effects: known.effects,
    ...(known.paths === undefined ? {} : { pathArguments: known.paths }),
    ...(known.idempotent === undefined ? {} : { idempotent: known.idempotent }),
    ...(profile.directories?.type === 'positional' ? { directories: serverArguments(launch) ?? [] } : {}),
    source: 'profile',
    why: `profile of ${profile.id}`,
  };
}
