/** Explains a key of the config by its name or path. Everything is taken from the schema. */
import { didYouMean } from '../did-you-mean.ts';
import { keyTree, type KeyNode } from './key-node.ts';
import { keyFacts, type KeyFacts } from './key-facts.ts';

export interface KeyExplanation extends KeyFacts {
  /** The keys below it. */
  readonly keys: readonly KeyFacts[];
}

export type ExplainResult =
  | { readonly type: 'found'; readonly explanations: readonly KeyExplanation[] }
  | { readonly type: 'unknown'; readonly didYouMean?: string };

/**
 * `key` is a path, or its end: `agents[0].backend.model`, `backend.model` and `model` all do. Positions and
 * `[]` may be left out. An empty key explains the whole config. Several keys of one name are all explained.
 */
export function explainKey(key: string): ExplainResult {
  const root = keyTree();
  const wanted = parts(key.trim());
  if (wanted.length === 0) return { type: 'found', explanations: [explain(root)] };
  const nodes = allNodes(root).filter(({ path }) => path !== '');
  const found =
    [isPath, isEnd, isEndWithName]
      .map((fits) => nodes.filter(({ path }) => fits(parts(path), wanted)))
      .find((matches) => matches.length > 0) ?? [];
  if (found.length > 0) return { type: 'found', explanations: found.map(explain) };
  const meant = nearest(wanted, nodes);
  return { type: 'unknown', ...(meant === undefined ? {} : { didYouMean: meant }) };
}

/** Segments of a path; `agent` is `agents`, positions are left out. */
function parts(path: string): string[] {
  const names = path
    .replace(/\[[^\]]*\]/g, '')
    .split('.')
    .filter((name) => name !== '');
  return names.map((name, index) => (index === 0 && name === 'agent' && names.length > 1 ? 'agents' : name));
}

function isPath(path: readonly string[], wanted: readonly string[]): boolean {
  return path.length === wanted.length && isEnd(path, wanted);
}

function isEnd(path: readonly string[], wanted: readonly string[]): boolean {
  const offset = path.length - wanted.length;
  return offset >= 0 && wanted.every((name, index) => path[offset + index] === name);
}

/** As `isEnd`, where the last name is one the user chooses, as in `env.TOKEN`. */
function isEndWithName(path: readonly string[], wanted: readonly string[]): boolean {
  return wanted.length > 1 && path.at(-1) === '<NAME>' && isEnd(path.slice(0, -1), wanted.slice(0, -1));
}

function nearest(wanted: readonly string[], nodes: readonly KeyNode[]): string | undefined {
  const shown = nodes.map(({ path }) => parts(path).join('.'));
  const meant = didYouMean(wanted.join('.'), shown);
  if (meant !== undefined) return meant;
  const last = didYouMean(
    wanted.at(-1) ?? '',
    shown.map((path) => path.split('.').at(-1) ?? ''),
  );
  return shown.find((path) => path.split('.').at(-1) === last);
}

function explain(node: KeyNode): KeyExplanation {
  const below = node.children.size > 0 ? node : (node.item ?? node);
  return { ...keyFacts(node), keys: [...below.children.values()].map(keyFacts) };
}

/** Every key once: what is under `agent` is as under `agents`, and values of lists are no keys. */
function allNodes(node: KeyNode): KeyNode[] {
  const below =
    node.path === 'agent' ? [] : [...node.children.values(), ...(node.item?.children.values() ?? [])];
  const names = node.item !== undefined && node.item.children.size === 0 && node.freeNames ? [node.item] : [];
  return [node, ...names, ...below.flatMap(allNodes)];
}
