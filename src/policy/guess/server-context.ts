/** What kind of server it is, told from the names of all its tools; the kind decides where one tool alone says too little. */
import { nameTokens } from './name-tokens.ts';
import { remoteNouns, runWords } from './tool-words.ts';

export interface ServerContext {
  /** It works on local files. */
  readonly files: boolean;
  /** It works on a local repository. */
  readonly vcs: boolean;
  /** It drives a browser. */
  readonly browser: boolean;
  /** It starts programs. */
  readonly shell: boolean;
  /** It belongs to a system elsewhere. */
  readonly remote: boolean;
}

const coreFileNames = new Set(
  `append_file copy_file create_directory delete_directory delete_file directory_tree edit_file get_file_info
  list_allowed_directories list_directory list_files move_file read_file read_multiple_files read_text_file
  search_files write_file`.split(/\s+/u),
);
const browserWords = new Set([
  'click',
  'evaluate',
  'fill',
  'hover',
  'navigate',
  'screenshot',
  'snapshot',
  'tabs',
]);
const vcsCore = new Set(['checkout', 'commit', 'merge', 'push', 'rebase', 'stash']);
const vcsPrefixes = new Set(['git', 'hg', 'jj', 'svn']);

export function serverContext(toolNames: readonly string[]): ServerContext {
  const names = toolNames.slice(0, 2_000).map(nameTokens);
  const withWord = (list: ReadonlySet<string>): number =>
    names.filter((tokens) => tokens.some((token) => list.has(token))).length;
  const remote = withWord(remoteNouns) >= Math.max(3, names.length * 0.2);
  const core = names.filter((tokens) => coreFileNames.has(tokens.join('_'))).length;
  return {
    files: core >= 2 && !remote,
    vcs:
      !remote && names.filter(([first = '', ...rest]) => rest.length === 0 && vcsCore.has(first)).length >= 2,
    browser: withWord(browserWords) >= 3,
    shell:
      !remote && names.some((tokens) => tokens.some((token) => shellWords.has(token)) && startsRun(tokens)),
    remote,
  };
}

const shellWords = new Set(['bash', 'command', 'commands', 'process', 'script', 'shell', 'terminal']);

function startsRun(tokens: readonly string[]): boolean {
  return tokens.some((token) => runWords.has(token) || token === 'start');
}

/** `git_commit`, `hg_log`. */
export function isVcsCommand([first = '', ...rest]: readonly string[]): boolean {
  return vcsPrefixes.has(first) && rest.length > 0;
}
