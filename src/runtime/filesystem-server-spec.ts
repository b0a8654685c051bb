/**
 * The server that gives an agent with a workspace its file tools: the official one, or the one the config picks. It is
 * told by its command line which folders it may use; what of these may be written is the pipeline's rule. Where it can
 * be told of one folder only, the official server shows the others beside it.
 */
import { createRequire } from 'node:module';
import { splitCommand } from '../config/schema/split-command.ts';
import type { FilesystemServerConfig } from '../config/schema/filesystem-config.ts';
import type { ServerSpec, StdioServerSpec } from '../mcp/server-spec.ts';
import { serverProfile } from '../policy/server-profile.ts';
import { programTimes } from './server-times.ts';

export interface FilesystemServerPlace {
  readonly agent: string;
  /** Absolute, links resolved. */
  readonly workspace: string;
  /** Directory of the views. */
  readonly views: string;
  /** The user's folders. */
  readonly context: readonly string[];
  /** The environment every server starts from. */
  readonly environment: Readonly<Record<string, string>>;
  readonly filters: Pick<ServerSpec, 'allowLists' | 'excludedTools'>;
}

/** `server` has its variables filled in; undefined for the official one. */
export function filesystemServerSpecs(
  place: FilesystemServerPlace,
  server: FilesystemServerConfig | undefined,
): readonly ServerSpec[] {
  const { workspace, views, context } = place;
  if (server === undefined) return [official('filesystem', place, [workspace, views, ...context])];
  const [command = '', ...first] =
    typeof server.command === 'string' ? (splitCommand(server.command) ?? []) : server.command;
  const written = [...first, ...server.args];
  const texts = [...written, ...Object.values(server.env)];
  const profile = serverProfile({ command, args: written });
  const named = texts.some((text) => /\{\{(?:workspace|views|context)\}\}/u.test(text));
  const args = [
    ...written.flatMap((text) => fill(text, place)),
    ...(named ? [] : directoryArguments(profile?.directories, [workspace, views, ...context])),
  ];
  const env = Object.fromEntries(
    Object.entries(server.env).map(([name, text]) => [name, fill(text, place).join(',')]),
  );
  const cwd = server.cwd === undefined ? workspace : fill(server.cwd, place).join('');
  const chosen = spec('filesystem', place, { command, args, env: { ...place.environment, ...env }, cwd });
  const seesOnlyOne = !named && (profile?.directories === undefined || profile.directories.type === 'cwd');
  return seesOnlyOne ? [chosen, official('views', place, [views, ...context])] : [chosen];
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
  { agent, workspace, views, context, filters }: FilesystemServerPlace,
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
    injected: [workspace, views, ...context],
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

type Directories = NonNullable<ReturnType<typeof serverProfile>>['directories'];

function directoryArguments(how: Directories, directories: readonly string[]): readonly string[] {
  switch (how?.type) {
    case undefined:
    case 'cwd':
      return [];
    case 'positional':
      return directories;
    case 'flag':
      return how.join === 'comma'
        ? [how.flag, directories.join(',')]
        : directories.flatMap((directory) => [how.flag, directory]);
    default:
      return how satisfies never;
  }
}
