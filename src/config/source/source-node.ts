/**
 * A parsed config text as a tree that knows where each part stands. Offsets are UTF-16 units from the start of
 * the text; -1 where there is no text. The tree is finite, at most 64 levels deep, and no part of it occurs twice.
 */
import type { ConfigPath } from '../config-path.ts';

export interface SourceEntry {
  readonly key: string;
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly node: SourceNode;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

export type SourceNode = Span &
  (
    | { readonly kind: 'scalar'; readonly value: string | number | boolean | null }
    | { readonly kind: 'list'; readonly items: readonly SourceNode[] }
    | { readonly kind: 'map'; readonly entries: ReadonlyMap<string, SourceEntry> }
  );

/** Levels of nesting a config may have. */
export const maxDepth = 64;

/**
 * The tree as plain values. A key `__proto__` is left out: as a property it would not be data. It is reported by
 * `prototypeKeys`.
 */
export function plainValue(node: SourceNode): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(plainValue);
  const result: Record<string, unknown> = {};
  for (const { key, node: value } of node.entries.values()) {
    if (key !== '__proto__') result[key] = plainValue(value);
  }
  return result;
}

/** All keys `__proto__`, with their paths. */
export function prototypeKeys(
  node: SourceNode,
  path: ConfigPath = [],
): { path: ConfigPath; node: SourceNode }[] {
  if (node.kind === 'scalar') return [];
  if (node.kind === 'list') return node.items.flatMap((item, index) => prototypeKeys(item, [...path, index]));
  return [...node.entries.values()].flatMap(({ key, node: value }) => {
    const here = [...path, key];
    return key === '__proto__' ? [{ path: here, node: value }] : prototypeKeys(value, here);
  });
}

/** The part at a path with its key, or as far as the path exists. Undefined where nothing of it exists. */
export function findNode(
  root: SourceNode,
  path: ConfigPath,
): { readonly node: SourceNode; readonly entry?: SourceEntry; readonly complete: boolean } {
  let node = root;
  let entry: SourceEntry | undefined;
  let complete = true;
  for (const part of path) {
    if (node.kind === 'list' && typeof part === 'number' && node.items[part] !== undefined) {
      node = node.items[part];
      entry = undefined;
      continue;
    }
    const next = node.kind === 'map' ? node.entries.get(String(part)) : undefined;
    if (next === undefined) {
      complete = false;
      break;
    }
    entry = next;
    node = next.node;
  }
  return { node, complete, ...(entry === undefined ? {} : { entry }) };
}

/** The path of the innermost part that holds an offset. */
export function pathAt(root: SourceNode, offset: number): ConfigPath {
  const holds = ({ start, end }: Span): boolean => start <= offset && offset <= end;
  if (root.kind === 'list') {
    const index = root.items.findIndex(holds);
    const item = root.items[index];
    return item === undefined ? [] : [index, ...pathAt(item, offset)];
  }
  if (root.kind === 'scalar') return [];
  const entry = [...root.entries.values()].find(({ node }) => holds(node));
  return entry === undefined ? [] : [entry.key, ...pathAt(entry.node, offset)];
}
