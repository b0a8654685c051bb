/**
 * The server that gives an agent with a workspace its file tools: the official one, or the one the config picks. It is
 * told in its own way which folders it may use; what of these may be written is the pipeline's rule. Where it can be
 * told of one folder only, the official server shows the others beside it.
 */
import { createRequire } from 'node:module';
import { basename, join, resolve } from 'node:path';
import { splitCommand } from '../config/schema/split-command.ts';
import type { FilesystemServerConfig } from '../config/schema/filesystem-config.ts';
import type { ServerSpec, StdioServerSpec } from '../mcp/server-spec.ts';
import type { FolderRecipe, HomeFileRecipe } from '../policy/folder-recipe.ts';
import { serverProfile } from '../policy/server-profile.ts';
import type { PrivateHome } from './private-home.ts';
import { programTimes } from './server-times.ts';

export interface FilesystemServerPlace {
  readonly agent: string;
  /** Absolute, links resolved. */
  readonly workspace: string;
  /** Directory of the views. */
  readonly views: string;
  /** The user's folders, with that for copies of them. */
  readonly context: readonly string[];
  /** Where the program was started. */
  readonly cwd: string;
  /** True when one of them is for copies that the agent may get to write in. Default false. */
  readonly writesContext?: boolean;
  /** Where a home directory may be made for the server of this agent. */
  readonly home: string;
  /** The environment every server starts from. */
  readonly environment: Readonly<Record<string, string>>;
  readonly filters: Pick<ServerSpec, 'allowLists' | 'excludedTools'>;
  /** Names of the agent's other servers. */
  readonly taken: readonly string[];
}

export interface FilesystemServers {
  readonly specs: readonly ServerSpec[];
  /** To be made before they start. */
  readonly homes: readonly PrivateHome[];
}

/** `server` has its variables filled in; undefined for the official one. */
export function filesystemServers(
  place: FilesystemServerPlace,
  server: FilesystemServerConfig | undefined,
): FilesystemServers {
  const { workspace, views, context, environment } = place;
  const folders = [workspace, views, ...context];
  if (server === undefined) return { specs: [official('filesystem', place, folders)], homes: [] };
  const [command = '', ...first] =
    typeof server.command === 'string' ? (splitCommand(server.command) ?? []) : server.command;
  const written = [...first, ...server.args];
  const texts = [...written, ...Object.values(server.env)];
  const profile = serverProfile({ command, args: written });
  const recipe = profile?.directories;
  const named = texts.some((text) => /\{\{(?:workspace|views|context)\}\}/u.test(text));
  const ownEnv = Object.fromEntries(
    Object.entries(server.env).map(([name, text]) => [name, fill(text, place).join(',')]),
  );
  // Whoever gives it a home directory says there what it may do.
  const home =
    recipe?.type === 'home-file' && ownEnv['HOME'] === undefined
      ? homeOf(place.home, recipe, folders)
      : undefined;
  const launch = {
    command,
    args: [
      ...written.flatMap((text) => fill(text, place)),
      ...missingArguments(recipe, written, named, folders),
    ],
    env: {
      ...environment,
      ...(recipe?.type === 'home-file' ? recipe.env : {}),
      ...(home === undefined ? {} : { HOME: home.path, ...npmOfUser(command, environment['HOME']) }),
      ...ownEnv,
    },
    cwd: server.cwd === undefined ? workspace : resolve(place.cwd, fill(server.cwd, place).join('')),
  };
  const chosen: StdioServerSpec = {
    ...spec('filesystem', place, launch),
    ...(profile?.leaks === true ? { folders } : {}),
    ...(profile?.withheld === undefined ? {} : { withheld: withheld(profile.withheld, notForFiles) }),
  };
  const seesOnlyOne = !named && (recipe === undefined || recipe.type === 'cwd');
  const beside = seesOnlyOne ? [viewsServer(place)] : [];
  return { specs: [chosen, ...beside], homes: home === undefined ? [] : [home] };
}

const notForFiles = 'it keeps to no folder; name the server under `mcp_servers` to have it';

/** Shows what the agent may only read, and so offers nothing that writes but where copies of it may be written. */
function viewsServer(place: FilesystemServerPlace): StdioServerSpec {
  const name = ['views', 'views_of_others', 'views_of_massgen'].find((each) => !place.taken.includes(each));
  const server = official(name ?? 'views', place, [place.views, ...place.context]);
  if (place.writesContext === true) return server;
  return {
    ...server,
    withheld: withheld(
      ['write_file', 'edit_file', 'create_directory', 'move_file'],
      'nothing can be written here',
    ),
  };
}

function withheld(tools: readonly string[], why: string): Readonly<Record<string, string>> {
  return Object.fromEntries(tools.map((tool) => [tool, why]));
}

function official(
  name: string,
  place: FilesystemServerPlace,
  directories: readonly string[],
): StdioServerSpec {
  const entry = createRequire(import.meta.url).resolve(
    '@modelcontextprotocol/server-filesystem/dist/index.js',
  );
  const launch = {
    command: process.execPath,
    args: [entry, ...directories],
    env: place.environment,
    cwd: place.workspace,
  };
  return spec(name, place, launch);
}

function spec(
  name: string,
  { agent, workspace, views, context, home, filters }: FilesystemServerPlace,
  launch: StdioServerSpec['launch'],
): StdioServerSpec {
  return {
    type: 'stdio',
    name,
    agent,
    // Each agent has other folders; that it keeps nothing else lets it rest.
    scope: 'agent',
    mayIdle: serverProfile(launch)?.statefulPerAgent === false,
    ...programTimes(launch.command),
    ...filters,
    injected: [workspace, views, home, ...context],
    launch,
  };
}

/** One argument may stand for several folders: then it is given once for each. */
function fill(text: string, { workspace, views, context }: FilesystemServerPlace): readonly string[] {
  if (text === '{{context}}') return context;
  return [
    text
      .replaceAll('{{workspace}}', workspace)
      .replaceAll('{{views}}', views)
      .replaceAll('{{context}}', context.join(',')),
  ];
}

/** `named`: the config says itself where the folders stand. */
function missingArguments(
  recipe: FolderRecipe | undefined,
  written: readonly string[],
  named: boolean,
  folders: readonly string[],
): readonly string[] {
  switch (recipe?.type) {
    case undefined:
    case 'cwd':
    case 'everywhere':
      return [];
    case 'positional':
      return [...missingOption(recipe.option, written), ...(named ? [] : folders)];
    case 'flag':
      if (named) return [];
      return recipe.join === 'comma'
        ? [recipe.flag, folders.join(',')]
        : folders.flatMap((directory) => [recipe.flag, directory]);
    case 'home-file':
      return missingOption(recipe.option, written);
    default:
      return recipe satisfies never;
  }
}

function missingOption(
  option: readonly [string, ...string[]] | undefined,
  written: readonly string[],
): readonly string[] {
  return option === undefined || option.some((spelling) => written.includes(spelling)) ? [] : [option[0]];
}

function homeOf(path: string, recipe: HomeFileRecipe, folders: readonly string[]): PrivateHome {
  const { file, key, content, emptyFiles, traces } = recipe;
  return {
    path,
    files: {
      ...Object.fromEntries(emptyFiles.map((name) => [name, ''])),
      [file]: `${JSON.stringify({ ...content, [key]: folders }, undefined, 2)}\n`,
    },
    traces,
  };
}

/** In a new home directory npx would download everything again, from a registry that is not the user's. */
function npmOfUser(command: string, home: string | undefined): Readonly<Record<string, string>> {
  const program = basename(command).replace(/\.(?:exe|cmd)$/u, '');
  if (home === undefined || program !== 'npx') return {};
  return { npm_config_cache: join(home, '.npm'), npm_config_userconfig: join(home, '.npmrc') };
}
