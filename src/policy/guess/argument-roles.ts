/**
 * What the arguments of a tool are for, told from their names and types: paths, contents, commands, or keys of things in
 * other systems. Names of arguments tell more than names of tools: a tool with a path and a content writes a file.
 */
import type { SchemaArgument } from './schema-arguments.ts';
import { writingFlags } from './tool-words.ts';

export interface ArgumentRoles {
  /** May hold paths of files or folders. */
  readonly paths: readonly SchemaArgument[];
  /** A path, and certainly one of this machine. */
  readonly localPaths: readonly SchemaArgument[];
  /** A path that something is written to. */
  readonly outputs: readonly SchemaArgument[];
  /** A command line, a script or code. */
  readonly commands: readonly SchemaArgument[];
  /** Texts that are stored or looked for, and never paths. */
  readonly contents: readonly SchemaArgument[];
  /** Together with a path: what is written there. */
  readonly writes: boolean;
  /** A source and a destination. */
  readonly moves: boolean;
  /** It names something in another system, such as an owner and a repository. */
  readonly remote: boolean;
  /** It names a machine elsewhere on which commands run. */
  readonly elsewhere: boolean;
  /** A switch that makes it write. */
  readonly switches: boolean;
  /** An address of the network. */
  readonly address: boolean;
  /** A statement for a database. */
  readonly statement: boolean;
}

const set = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/u));

const pathWords = set(`
  cwd dest destination dir directories directory dirname dirs file filename filenames filepath filepaths files folder
  folders notebook outdir outfile path pathname paths root uri uris vault workdir worktree workspace`);
/** Beside a path word, these make a name mean something else: `file_id`, `file_type`, `path_pattern`. */
const notPaths = set(`
  content contents count encoding ext extension extensions filter format glob hash id iid ids key kind language length
  limit message mime mode pattern patterns prefix recursive regex sha size sort text token type types url urls version`);
const localWords = set('absolute cwd local workdir working');
const outputWords = set('dest destination download out outdir outfile output save target');
const commandNames = set(`
  bash cmd code command command_line commandline commands executable interpreter js_code javascript powershell program
  python_code script scripts shell shell_command source_code statement_code`);
const contentNames = set(`
  body code content contents data description html insert instructions json lines markdown message new new_content
  new_source new_str new_string new_text old old_content old_str old_string old_text prompt query regex repl replace replace_content replacement replacements search search_pattern snippet text
  title yaml`);
/** With a path, these mean that it is written to. */
const writtenNames = set(`
  blocks body changes content contents data edits insert_text lines_to_insert new_content new_source new_str new_string
  new_text old_string old_str old_text patch repl replace replace_content replacement replacements`);
const remoteNames = set(`
  account_id app_id base_id board_id bucket bucket_name channel_id cluster cluster_id container_registry data_source_id
  database_id deployment_id document_id drive_id file_id file_key folder_id group_id guild_id issue_iid issue_key
  issue_number merge_request_iid namespace namespace_id org organization owner page_id pod pod_name presentation_id
  project_id project_key pull_number resource_type site_id space_id space_key spreadsheet_id tenant_id workspace_slug`);
const elsewhereNames = set('instance_id pod pod_name vm_id');
const queryNames = set('query sql statement');
/** What is at the first of these goes to the second. */
const pairs = [
  [
    set('from_path old_path source source_path sources src src_path'),
    set('dest destination destination_path dst dst_path new_path target_path to_path'),
  ],
] as const;
/** The same, where the name of the tool speaks of it. */
const morePairs = [[set('from old old_name source'), set('new new_name target to')]] as const;
const movers = set('copy cp link move mv rename symlink');

export function argumentRoles(list: readonly SchemaArgument[], toolTokens: readonly string[]): ArgumentRoles {
  const named =
    (names: ReadonlySet<string>) =>
    (argument: SchemaArgument): boolean =>
      names.has(argument.key);
  const texts = list.filter((argument) => argument.text);
  const free = texts.filter((argument) => argument.values === undefined);
  const possiblePairs = toolTokens.some((token) => movers.has(token)) ? [...pairs, ...morePairs] : pairs;
  const moved = possiblePairs.find(([from, to]) => free.some(named(from)) && free.some(named(to)));
  const moves = moved !== undefined;
  const paths = free.filter(
    (argument) => isPath(argument, toolTokens) || moved?.some((names) => named(names)(argument)) === true,
  );
  const writes = list.some((argument) => named(writtenNames)(argument) && (argument.text || !argument.flag));
  // Paths deep inside of what an id names belong to a record, such as the files that a task is about.
  const record = !writes && !moves && list.some(isRecordId) && paths.every((argument) => argument.depth > 0);
  return {
    paths: record ? [] : paths,
    localPaths: paths.filter(({ tokens }) => tokens.some((token) => localWords.has(token))),
    outputs: paths.filter(({ tokens }) => tokens.some((token) => outputWords.has(token))),
    commands: free.filter((argument) => argument.depth === 0 && named(commandNames)(argument)),
    contents: free.filter((argument) => named(contentNames)(argument) && !paths.includes(argument)),
    writes,
    moves,
    remote: list.some((argument) => argument.depth === 0 && named(remoteNames)(argument)),
    elsewhere: list.some((argument) => argument.depth === 0 && named(elsewhereNames)(argument)),
    switches: list.some(({ flag, tokens: [first = ''] }) => flag && writingFlags.has(first)),
    address: free.some(({ tokens }) => ['url', 'urls'].includes(tokens.at(-1) ?? '')),
    statement: free.some(named(queryNames)),
  };
}

function isRecordId({ depth, required, tokens }: SchemaArgument): boolean {
  return depth === 0 && required && tokens.length > 1 && ['id', 'iid'].includes(tokens.at(-1) ?? '');
}

function isPath({ key, tokens }: SchemaArgument, toolTokens: readonly string[]): boolean {
  if (tokens.some((token) => pathWords.has(token))) {
    const last = tokens.at(-1) ?? '';
    return pathWords.has(last) || !tokens.some((token) => notPaths.has(token));
  }
  // `delete_file(name)`: its name says what the name is of.
  return (
    ['name', 'names', 'target'].includes(key) &&
    toolTokens.some((token) => ['file', 'files', 'folder', 'directory'].includes(token)) &&
    !toolTokens.includes('resource')
  );
}
