/** A value built in code as a tree without places, so that it is checked exactly like a written config. */
import type { ConfigPath } from '../config-path.ts';
import type { ConfigProblem } from '../config-problem.ts';
import { maxDepth, type SourceEntry, type SourceNode } from './source-node.ts';
import type { SourceResult } from './source-result.ts';

const nowhere = { start: -1, end: -1 } as const;
const maxParts = 200_000;

/** Ends the conversion of a value that is no finite tree. */
class Unconvertible extends Error {
  readonly problem: ConfigProblem;
  constructor(definition: ConfigProblem['definition'], message: string, path: ConfigPath) {
    super(message);
    this.problem = { severity: 'error', definition, message, path };
  }
}

export function sourceFromValue(value: unknown): SourceResult {
  try {
    return { root: new Converter().convert(value, []), problems: [] };
  } catch (error) {
    if (error instanceof Unconvertible) return { problems: [error.problem] };
    throw error;
  }
}

class Converter {
  private readonly open = new Set<object>();
  private parts = 0;

  convert(value: unknown, path: ConfigPath): SourceNode {
    this.parts += 1;
    if (path.length > maxDepth) throw new Unconvertible('tooDeep', 'is nested too deep', path);
    if (this.parts > maxParts) throw new Unconvertible('fileTooLarge', 'has too many parts', path);
    if (
      value === null ||
      typeof value === 'string' ||
      typeof value === 'boolean' ||
      typeof value === 'number'
    ) {
      return { kind: 'scalar', value, ...nowhere };
    }
    if (typeof value !== 'object') throw new Unconvertible('wrongType', 'is not plain data', path);
    if (this.open.has(value)) throw new Unconvertible('badAlias', 'contains itself', path);
    this.open.add(value);
    const node = Array.isArray(value) ? this.list(value, path) : this.map(value, path);
    this.open.delete(value);
    return node;
  }

  private list(value: readonly unknown[], path: ConfigPath): SourceNode {
    return {
      kind: 'list',
      items: value.map((item, index) => this.convert(item, [...path, index])),
      ...nowhere,
    };
  }

  private map(value: object, path: ConfigPath): SourceNode {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) {
      throw new Unconvertible('wrongType', 'is not plain data', path);
    }
    const entries = new Map<string, SourceEntry>();
    for (const [key, item] of Object.entries(value)) {
      if (item === undefined) continue;
      entries.set(key, { key, keyStart: -1, keyEnd: -1, node: this.convert(item, [...path, key]) });
    }
    return { kind: 'map', entries, ...nowhere };
  }
}
