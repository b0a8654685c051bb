/**
 * What the tools of MCP servers do: first what the config says, then what is known of a well-known server, then a guess
 * from names and schemas; a tool that no layer can tell may do anything. Everything after this uses effects, never names.
 */
import { mayChangeFiles, type Effect } from '../events/effect.ts';
import { declaredEffects } from './declared-effects.ts';
import { guessEffects, type EffectsByArgument } from './guess/guess-effects.ts';
import { serverContext } from './guess/server-context.ts';
import type { ToolProfile } from './known-servers.ts';
import { serverArguments, serverProfile, type ServerLaunch } from './server-profile.ts';

export interface ToolEffects {
  /** Of any call; `callEffects` knows those of one. */
  readonly effects: readonly Effect[];
  /** One argument says which of several things the tool is to do: what it does then. */
  readonly byArgument?: EffectsByArgument;
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
  /** A tool of ours that sees to it that whatever it changes is in the workspace of its agent. */
  readonly staysInWorkspace?: true;
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

export function toolEffects(tool: ToolShape, server: ServerFacts): ToolEffects {
  return toolClassifier(server)(tool);
}

/** For all tools of a server: what depends on the server alone is found out once. */
export function toolClassifier({
  launch,
  declared = {},
  toolNames,
}: ServerFacts): (tool: ToolShape) => ToolEffects {
  const profile = serverProfile(launch);
  const byNames = serverContext(toolNames);
  const context = profile?.directories === undefined ? byNames : { ...byNames, files: true };
  const searched =
    launch === undefined || profile?.searchesDirectories !== true
      ? {}
      : { directories: serverArguments(launch) ?? [] };

  const database = launch?.args.find((word) => databaseFile.test(word));

  return (tool) => {
    const told = declaredEffects(declared, tool.name);
    const known =
      profile !== undefined && Object.hasOwn(profile.tools, tool.name) ? profile.tools[tool.name] : undefined;
    const guess = guessEffects(tool, context, profile !== undefined);
    const paths = known === undefined ? {} : pathsOf(known, guess.contentArguments);
    if (told !== undefined) {
      const { effects, by } = told;
      const contents = known === undefined ? contentsOf(effects, guess.contentArguments) : paths;
      return { effects, ...contents, ...searched, ...repeats(known), source: 'config', why: `config: ${by}` };
    }
    if (profile !== undefined && known !== undefined) {
      return {
        effects: known.effects,
        ...paths,
        ...searched,
        ...repeats(known),
        source: 'profile',
        why: `profile of ${profile.id}`,
      };
    }
    if (database !== undefined && guess.effects.every((effect) => effect === 'Net')) {
      return {
        effects: ['Write', 'Net'],
        source: 'guess',
        why: `${guess.why}; its server was given ${database}`,
      };
    }
    return { ...guess, source: 'guess' };
  };
}

/** What changes "something elsewhere" changes this file, where a server was started with one. */
const databaseFile = /\.(?:db3?|duckdb|sqlite3?)$/iu;

type Paths = Pick<ToolEffects, 'pathArguments' | 'contentArguments'>;

function pathsOf({ effects, paths }: ToolProfile, contents: readonly string[] | undefined): Paths {
  return paths === undefined ? contentsOf(effects, contents) : { pathArguments: paths };
}

/** What runs programs may take any text for a path. */
function contentsOf(effects: readonly Effect[], contentArguments: readonly string[] | undefined): Paths {
  const files = mayChangeFiles(effects) && !effects.includes('Exec') && !effects.includes('Unknown');
  return files && contentArguments !== undefined ? { contentArguments } : {};
}

function repeats(known: ToolProfile | undefined): Pick<ToolEffects, 'idempotent'> {
  return known?.idempotent === undefined ? {} : { idempotent: known.idempotent };
}
