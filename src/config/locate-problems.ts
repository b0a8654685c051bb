/** Gives each problem its place in the text and the line to show for it. No secret gets into what is shown. */
import { configErrors } from '../errors/config-errors.ts';
import type { ConfigDiagnostic } from './config-diagnostic.ts';
import { formatPath, type ConfigPath } from './config-path.ts';
import type { ConfigProblem } from './config-problem.ts';
import { keyNodeAt, type KeyNode } from './keys/key-node.ts';
import { isLiteral, secretPlaces } from './secrets.ts';
import { blotted, excerpt, positionTeller, structureOnly } from './source/excerpt.ts';
import { findNode, pathAt, plainValue, prototypeKeys, type SourceNode } from './source/source-node.ts';
import type { SourceResult } from './source/source-result.ts';

interface Span {
  readonly start: number;
  readonly end: number;
}

const unknownKeys: ReadonlySet<string> = new Set(['unknownKey', 'providerKey', 'invalidSecurity']);

/** More findings than anybody reads. */
const maxDiagnostics = 200;

export interface LocatedText {
  /** Absent for a config built in code. */
  readonly text?: string;
  /** Name of the text. */
  readonly file?: string;
  readonly source: SourceResult;
}

/** In the order of the text. */
export function locateProblems(
  problems: readonly ConfigProblem[],
  { text, file, source }: LocatedText,
  keys: KeyNode,
): readonly ConfigDiagnostic[] {
  const spans = new Map(
    text === undefined ? [] : problems.map((problem) => [problem, spanOf(problem, source.root)]),
  );
  const told = shorten(problems).toSorted(
    (left, right) => (spans.get(left)?.start ?? 0) - (spans.get(right)?.start ?? 0),
  );
  const shown = text === undefined || told.length === 0 ? '' : showable(text, source, problems, keys);
  const position = positionTeller(shown);
  return told.map((problem): ConfigDiagnostic => {
    const span = spans.get(problem);
    const { code, hint } = configErrors[problem.definition];
    const path = pathOf(problem, source.root);
    const keyPath = formatPath(path);
    return {
      severity: problem.severity,
      code,
      message: problem.message,
      hint: problem.hint ?? hint.replace('KEY', explained(path, keys)),
      ...(file === undefined ? {} : { file }),
      ...(span === undefined ? {} : { ...position(span.start), excerpt: excerpt(shown, span) }),
      ...(keyPath === '' ? {} : { keyPath }),
    };
  });
}

/** Errors are kept before all else where there are too many to read. */
function shorten(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  const severities = ['error', 'warning', 'note'] as const;
  const sorted = severities.flatMap((severity) =>
    problems.filter((problem) => problem.severity === severity),
  );
  return sorted.slice(0, maxDiagnostics);
}

function pathOf({ path, offset }: ConfigProblem, root: SourceNode | undefined): ConfigPath {
  if (path !== undefined) return path;
  return root === undefined || offset === undefined ? [] : withoutSecretKeys(pathAt(root, offset));
}

/** What stands below the value of a secret is no key, even where it is written like one. */
function withoutSecretKeys(path: ConfigPath): ConfigPath {
  const end = path.findIndex((_, index) => path[index - 1] === 'api_key' || isSecretMap(path, index - 2));
  return end < 0 ? path : path.slice(0, end);
}

function isSecretMap(path: ConfigPath, index: number): boolean {
  return path[index] === 'headers' || (path[index] === 'env' && path[index - 1] !== 'security');
}

/** The key to ask `config explain` about. */
function explained(path: ConfigPath, keys: KeyNode): string {
  const known = keyNodeAt(keys, path)?.path ?? '';
  return known === '' ? 'KEY' : known.replaceAll('[]', '').replace(/^agents?\./, '');
}

function spanOf(problem: ConfigProblem, root: SourceNode | undefined): Span {
  if (problem.offset !== undefined)
    return { start: problem.offset, end: problem.offset + (problem.length ?? 1) };
  if (root === undefined || problem.path === undefined) return { start: 0, end: 0 };
  const { node, entry, complete } = findNode(root, problem.path);
  const wholeKey = entry !== undefined && (problem.onKey === true || !complete || node.start === node.end);
  return wholeKey ? { start: entry.keyStart, end: entry.keyEnd } : node;
}

function showable(
  text: string,
  source: SourceResult,
  problems: readonly ConfigProblem[],
  keys: KeyNode,
): string {
  const { root } = source;
  if (root === undefined) return structureOnly(text, keyNames(keys));
  const secrets = secretPlaces(plainValue(root))
    .filter(({ text: value }) => isLiteral(value))
    .map(({ path }) => valueSpan(root, path));
  // The value of a key nobody knows could be anything.
  const unknown = problems
    .filter(({ onKey, definition }) => onKey === true && unknownKeys.has(definition))
    .map(({ path }) => valueSpan(root, path ?? []));
  const hidden = prototypeKeys(root).map(({ node }) => node);
  return blotted(text, [...secrets, ...unknown, ...hidden, ...(source.dropped ?? [])]);
}

function valueSpan(root: SourceNode, path: ConfigPath): Span {
  const { node, complete } = findNode(root, path);
  return complete ? node : { start: 0, end: 0 };
}

function keyNames(node: KeyNode): ReadonlySet<string> {
  const names = new Set(node.children.keys());
  for (const child of [...node.children.values(), ...(node.item === undefined ? [] : [node.item])]) {
    for (const name of keyNames(child)) names.add(name);
  }
  return names;
}
