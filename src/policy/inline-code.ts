/**
 * Finds launch lines that bring their program with them: `bash -c CODE`, `node -e CODE`, `npx --call CODE`, or a
 * package from an address. Such a line can do anything, whatever the list of programs says. The usual interpreters and
 * launchers are known; this guards against copied configs and is no boundary.
 */
import { programName } from './program-name.ts';
import { programOptions, type ProgramOptions } from './program-options.ts';

/** Wrappers in wrappers: deeper than anybody means. */
const maxDepth = 8;

/** Says which part of the line is code, without showing it; undefined for a line that starts a program. */
export function inlineCode(command: string, args: readonly string[], depth = 0): string | undefined {
  const name = programName(command).replace(/^(python|pypy|perl|ruby|php|lua)[\d.]+$/u, '$1');
  if (depth > maxDepth) return 'it starts wrappers in wrappers';
  if (name === 'cmd') return ofCmd(args, depth);
  if (name === 'powershell' || name === 'pwsh') return ofPowershell(name, args);
  const options = programOptions.get(name);
  return options === undefined ? undefined : scan(name, args, options, depth);
}

function scan(
  name: string,
  args: readonly string[],
  options: ProgramOptions,
  depth: number,
): string | undefined {
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at] ?? '';
    if (word === '--') return rest(name, args.slice(at + 1), options, depth);
    if (word === '-' || !/^[-+]/u.test(word)) return rest(name, args.slice(at), options, depth);
    const found = readOption(word, args[at + 1], options);
    if (found.type === 'end') return undefined;
    if (found.type === 'refused') return `${found.what} (${found.option} of ${name})`;
    if (found.takesNext) at += 1;
  }
  return undefined;
}

type OptionRead =
  | { readonly type: 'end' }
  | { readonly type: 'refused'; readonly option: string; readonly what: string }
  | { readonly type: 'passed'; readonly takesNext: boolean };

function readOption(word: string, next: string | undefined, options: ProgramOptions): OptionRead {
  for (const { option, value } of optionsIn(word, options)) {
    if (options.code?.has(option) === true) return { type: 'refused', option, what: runsCode };
    if (options.ends?.has(option) === true) return { type: 'end' };
    const loads = options.loads?.has(option) === true;
    const names = options.sources?.has(option) === true;
    const given = value ?? next ?? '';
    if (loads && isPlace(given))
      return { type: 'refused', option, what: 'it loads code from a place of its own' };
    if (names && isAddress(given)) return { type: 'refused', option, what: fetches };
    if (loads || names || options.values?.has(option) === true)
      return { type: 'passed', takesNext: value === undefined };
    // Whether an unknown option has a value is unknown too. Taking a word too many only looks at more of the line.
    const isLong = option.startsWith('--') && value === undefined && next?.startsWith('-') === false;
    if (isLong && options.flags !== undefined && !options.flags.has(option) && !option.startsWith('--no-'))
      return { type: 'passed', takesNext: true };
  }
  return { type: 'passed', takesNext: false };
}

const runsCode = 'it runs code from its own arguments';
const fetches = 'it fetches its program from an address';

interface Option {
  readonly option: string;
  /** What stands in the same word. */
  readonly value: string | undefined;
}

/** `--name=value` is one option, `-lc` is two; of `-Wvalue` each letter is looked at until one takes the rest. */
function optionsIn(word: string, options: ProgramOptions): readonly Option[] {
  const equals = word.indexOf('=');
  if (word.startsWith('--') || options.wholeWords === true || word.length <= 2) {
    return [
      equals < 0
        ? { option: word, value: undefined }
        : { option: word.slice(0, equals), value: word.slice(equals + 1) },
    ];
  }
  const [sign = '-', ...letters] = word;
  return letters.map((letter, index) => {
    const attached = letters.slice(index + 1).join('');
    return { option: `${sign}${letter}`, value: attached === '' ? undefined : attached };
  });
}

/** The words after the options. */
function rest(
  name: string,
  words: readonly string[],
  options: ProgramOptions,
  depth: number,
): string | undefined {
  const [first, ...more] = words;
  if (first === undefined) return undefined;
  const subcommand = Object.hasOwn(options.subcommands ?? {}, first)
    ? options.subcommands?.[first]
    : undefined;
  if (subcommand !== undefined) {
    const whole = `${name} ${first}`;
    return subcommand.first === 'code' ? `${runsCode} (${whole})` : scan(whole, more, subcommand, depth);
  }
  switch (options.first) {
    case 'script':
      if (first === '-') return `it runs code from its input (${name})`;
      return isAddress(first) ? `${fetches} (${name})` : undefined;
    case 'package':
      return isAddress(first) || isGithubShorthand(name, first) ? `${fetches} (${name})` : undefined;
    case 'command':
      return ofCommand(name, words, options, depth);
    case 'code':
      return `${runsCode} (${name})`;
    case 'anything':
      return undefined;
    default:
      return options.first satisfies never;
  }
}

/** What a wrapper starts; settings of variables may stand before it. */
function ofCommand(
  name: string,
  words: readonly string[],
  options: ProgramOptions,
  depth: number,
): string | undefined {
  const after = words.slice(options.skips ?? 0);
  const at = after.findIndex((word) => !/^[A-Za-z_]\w*=/u.test(word));
  const [program, ...args] = at < 0 ? [] : after.slice(at);
  if (program === undefined) return undefined;
  if (program === '-') return `it runs code from its input (${name})`;
  return isAddress(program) ? `${fetches} (${name})` : inlineCode(program, args, depth + 1);
}

/** `cmd /c npx …` is how Windows starts launchers; anything that only its shell understands is code. */
function ofCmd(args: readonly string[], depth: number): string | undefined {
  const at = args.findIndex((word) => /^\/[ckr]/iu.test(word));
  if (at < 0) return undefined;
  const line = [args[at]?.slice(2) ?? '', ...args.slice(at + 1)].join(' ').trim();
  if (/[&|<>^%!]/u.test(line)) return `${runsCode} (${args[at]?.slice(0, 2)} of cmd)`;
  const [program, ...words] = line.split(/\s+/u);
  return program === undefined || program === '' ? undefined : inlineCode(program, words, depth + 1);
}

/** Options may be shortened: `-c`, `-com`, `-enc`. A word alone is code to the old one, a file to the new. */
function ofPowershell(name: string, args: readonly string[]): string | undefined {
  const valued =
    /^(?:ex|ep|version|v|psc|inputformat|outputformat|o|w|windowstyle|config|wd|wo|settings|custom)/u;
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at] ?? '';
    const option = /^[-/](.*)$/u.exec(word)?.[1]?.toLowerCase();
    if (option === undefined)
      return name === 'pwsh' || /\.ps1$/iu.test(word) ? undefined : `${runsCode} (${name})`;
    if (option === '') return `it runs code from its input (${name})`;
    if (option === 'ec' || 'command'.startsWith(option) || 'encodedcommand'.startsWith(option))
      return `${runsCode} (${word} of ${name})`;
    if ('commandwithargs'.startsWith(option) || option === 'cwa') return `${runsCode} (${word} of ${name})`;
    if ('file'.startsWith(option)) return undefined;
    if (valued.test(option)) at += 1;
  }
  return undefined;
}

function isAddress(text: string): boolean {
  return /:\/\/|(?:^|[@\s])(?:git\+|git@|github:|gitlab:|bitbucket:|gist:)|^(?:data|blob):/iu.test(text);
}

/** `user/repository` is a repository to npm's launchers; to others it is a path. */
function isGithubShorthand(name: string, text: string): boolean {
  return !name.startsWith('uv') && !name.startsWith('pipx') && /^[\w-][\w.-]*\/[\w.-]+(?:#.*)?$/u.test(text);
}

/** A path or an address, as opposed to the name of an installed package. */
function isPlace(text: string): boolean {
  return /^(?:[./~\\]|[A-Za-z]:|[a-z][a-z0-9+.-]*:)/u.test(text);
}
