/** The layers of the guess, one function each, in their order. */
import type { Effect } from '../../events/effect.ts';
import type { ArgumentRoles } from './argument-roles.ts';
import { deedsOf, type Deed } from './name-verbs.ts';
import type { SchemaArgument } from './schema-arguments.ts';
import { isVcsCommand, type ServerContext } from './server-context.ts';
import { landingWords, localNouns, vcsReadWords, vcsWriteWords } from './tool-words.ts';

export interface ToolFacts {
  readonly tokens: readonly string[];
  readonly list: readonly SchemaArgument[];
  readonly roles: ArgumentRoles;
  readonly context: ServerContext;
  /** It says of itself that it only reads. */
  readonly readOnly: boolean;
  /** What it says of itself may be believed. */
  readonly trusted: boolean;
}

export interface Decision {
  readonly effects: readonly Effect[];
  readonly why: string;
  /** Names of arguments whose texts are content and never paths. */
  readonly contentArguments?: readonly string[];
}

type Layer = (facts: ToolFacts, deeds: readonly Deed[]) => Decision | undefined;

export function decideEffects(facts: ToolFacts): Decision {
  const deeds = deedsOf(facts.tokens);
  for (const layer of [versionControl, browser, commands, otherSystems, files]) {
    const decision = layer(facts, deeds);
    if (decision !== undefined) return decision;
  }
  return nothingLocal(facts, deeds);
}

const reads = (why: string): Decision => ({ effects: ['Read'], why });
const asks = (why: string): Decision => ({ effects: ['Read', 'Net'], why });
const elsewhere = (why: string): Decision => ({ effects: ['Net'], why });
const runs = (why: string): Decision => ({ effects: ['Exec'], why });
const unknown = (why: string): Decision => ({ effects: ['Unknown'], why });

const named = (list: readonly SchemaArgument[]): string => list.map(({ name }) => name).join(', ');
const onlyReads = (deeds: readonly Deed[]): boolean => deeds.length === 1 && deeds[0] === 'read';

/** Texts of a commit or a tag. A patch is none: it names files. */
const messages = new Set(['body', 'description', 'message', 'title']);

const versionControl: Layer = ({ tokens, roles, context }) => {
  const prefixed = isVcsCommand(tokens);
  const [first = ''] = tokens;
  const bare = vcsWriteWords.has(first) || vcsReadWords.has(first);
  const certain = ['checkout', 'commit', 'rebase', 'stash', 'unstage'].includes(first);
  if (roles.remote || !(prefixed || (context.vcs && bare) || (certain && !context.remote))) return undefined;
  const command = prefixed ? tokens.slice(1) : tokens;
  const why = `version control: ${command.join(' ')}`;
  const contentArguments = roles.contents.filter(({ key }) => messages.has(key)).map(({ name }) => name);
  if (command.includes('working') && command.some((token) => token === 'dir' || token === 'directory')) {
    // It only remembers a folder, unless it may make a repository of it.
    return roles.switches ? { effects: ['Write'], why, contentArguments } : reads(why);
  }
  const verb = command.find((token) => vcsReadWords.has(token) || vcsWriteWords.has(token));
  if (verb !== undefined && vcsReadWords.has(verb) && roles.outputs.length === 0) return reads(why);
  const net = ['clone', 'fetch', 'pull', 'push', 'submodule'].includes(verb ?? '');
  // Hooks of the repository may run.
  return { effects: ['Write', 'Exec', ...(net ? (['Net'] as const) : [])], why, contentArguments };
};

const browserWords = new Set(['browser', 'chrome', 'page', 'playwright', 'puppeteer']);
const inPageWords = new Set([...browserWords, 'eval', 'evaluate', 'javascript', 'js']);
const bringsWords = new Set(['attach', 'drop', 'send', 'share', 'upload']);
const recordings = new Set(['har', 'recording', 'screencast', 'trace', 'tracing', 'video']);

const browser: Layer = ({ tokens, roles, context }, deeds) => {
  if (!context.browser && !browserWords.has(tokens[0] ?? '')) return undefined;
  const inPage = tokens.some((token) => inPageWords.has(token));
  const outside = roles.commands.filter(
    ({ tokens: words }) => !(inPage && words.some((word) => pageCode.has(word))),
  );
  if (outside.length > 0) return runs(`browser, with ${named(outside)}`);
  if (tokens.some((token) => shellWords.has(token)) && !inPage) return undefined;
  if (roles.paths.length === 0) {
    if (tokens.some((token) => recordings.has(token)) && !onlyReads(deeds)) {
      return { effects: ['Write', 'Net'], why: 'browser: a recording, which ends in a file' };
    }
    return onlyReads(deeds) ? asks('browser: reads') : elsewhere('browser');
  }
  if (tokens.some((token) => bringsWords.has(token))) return asks('browser: takes files along');
  return { effects: ['Write', 'Net'], why: `browser, with a file: ${named(roles.paths)}` };
};

const pageCode = new Set(['javascript', 'js', 'script']);
const shellWords = new Set(['bash', 'command', 'process', 'processes', 'shell', 'terminal']);

const elsewhereWords = new Set(['pod', 'pods', 'ssh']);

const commands: Layer = ({ tokens, roles, context }, deeds) => {
  if (roles.elsewhere || tokens.some((token) => elsewhereWords.has(token))) return undefined;
  const { commands: given } = roles;
  const looksUp = onlyReads(deeds) && given.every(({ name }) => name === 'code');
  // What may be left out of a thing made elsewhere is a property of that thing.
  const property = context.remote && !deeds.includes('run') && given.every(({ required }) => !required);
  if (given.length > 0 && !looksUp && !property) return runs(`schema: ${named(given)}`);
  if (deeds.includes('run')) {
    if (roles.remote || context.remote) return undefined;
    if (roles.statement && roles.paths.length === 0) return elsewhere('schema: a statement for a database');
    return runs(`name: ${tokens.join(' ')}`);
  }
  // `process_payment` processes, `stop_process` is about a process.
  const handles = tokens.slice(1).some((token) => shellWords.has(token)) && !onlyReads(deeds);
  return handles && !context.remote ? runs(`name: ${tokens.join(' ')}`) : undefined;
};

const fetchesWords = new Set(['download', 'export', 'save']);

const otherSystems: Layer = ({ tokens, roles, context }, deeds) => {
  if (!roles.remote && !context.remote) return undefined;
  const fetches = tokens.some((token) => fetchesWords.has(token));
  if (roles.paths.length > 0 && fetches) {
    return { effects: ['Write', 'Net'], why: `name and schema: saves to ${named(roles.paths)}` };
  }
  if (roles.localPaths.length > 0) return undefined;
  const why = roles.remote ? 'schema: keys of another system' : 'names: tools of another system';
  const brings =
    roles.paths.length > 0 && tokens.some((token) => bringsWords.has(token) || token === 'import');
  return onlyReads(deeds) || brings ? asks(why) : elsewhere(why);
};

const files: Layer = (facts, deeds) => {
  const { tokens, roles, readOnly, trusted } = facts;
  if (roles.paths.length === 0) return undefined;
  const given = `schema: ${named(roles.paths)}`;
  const changes = fileChanges(facts, deeds);
  if (changes.length === 0) {
    if (onlyReads(deeds)) return (roles.address ? asks : reads)(`${given}; name: reads`);
    if (tokens.some((token) => bringsWords.has(token))) return asks(`${given}; name: takes files along`);
    if (deeds.length === 0 && readOnly && trusted) return reads(`${given}; hint: read only`);
    if (!deeds.includes('write')) return unknown(`${given}; name: says nothing of them`);
  }
  const found = changes.length === 0 ? [{ effects: ['Write'], reason: 'name: writes' } as const] : changes;
  return {
    effects: (['Write', 'Delete'] as const).filter((effect) =>
      found.some(({ effects }) => effects.includes(effect)),
    ),
    why: [given, ...found.map(({ reason }) => reason)].join('; '),
    contentArguments: roles.contents.map(({ name }) => name),
  };
};

interface FileChange {
  readonly effects: readonly ('Write' | 'Delete')[];
  readonly reason: string;
}

/** What speaks for a change of the files at the paths. */
function fileChanges({ tokens, roles }: ToolFacts, deeds: readonly Deed[]): readonly FileChange[] {
  const reading = onlyReads(deeds);
  const single = roles.paths.some(({ tokens: words }) => singlePaths.has(words.at(-1) ?? ''));
  const travels = reading && roles.paths.every(({ name }) => name === 'destination');
  const found: readonly (readonly [boolean, FileChange['effects'], string])[] = [
    [roles.moves && !deeds.includes('write'), ['Write', 'Delete'], 'from one place to another'],
    [roles.moves, ['Write'], 'to another place'],
    [roles.writes, ['Write'], 'with content'],
    [roles.outputs.length > 0 && !travels, ['Write'], 'with a place to write to'],
    [reading && roles.switches, ['Write'], 'with a switch to write'],
    [reading && roles.address && single, ['Write'], 'with an address'],
    [tokens.includes('to') && tokens.some((token) => fileNouns.has(token)), ['Write'], 'name: to a file'],
    [deeds.includes('delete'), ['Delete'], 'name: removes'],
    [deeds.includes('move'), ['Write', 'Delete'], 'name: moves'],
  ];
  return found.flatMap(([speaks, effects, reason]) => (speaks ? [{ effects, reason }] : []));
}

const singlePaths = new Set(['file', 'filename', 'filepath', 'path']);
const fileNouns = new Set(['directories', 'directory', 'disk', 'file', 'files', 'folder', 'folders']);

function nothingLocal(
  { tokens, roles, list, context, readOnly }: ToolFacts,
  deeds: readonly Deed[],
): Decision {
  const local = context.files || context.shell || context.vcs;
  if (onlyReads(deeds)) {
    if (roles.statement && tokens.length === 1) return elsewhere('schema: a statement for a database');
    return local ? reads('name: reads') : asks('name: reads');
  }
  if (deeds.length === 0) {
    return readOnly && !local ? asks('hint: read only') : unknown('neither name nor schema say what it does');
  }
  const mild = deeds.every((deed) => deed === 'other' || deed === 'read');
  if (local && !mild) return unknown('a server of local things');
  const untold =
    list.length === 0 || (list.every(({ text }) => !text) && tokens.some((token) => fileNouns.has(token)));
  const lands = tokens.some((token) => landingWords.has(token) || localNouns.has(token));
  return !mild && (untold || lands)
    ? unknown('its arguments do not say of what')
    : elsewhere('no paths and no commands');
}
