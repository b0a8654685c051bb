/**
 * YAML 1.2 (core schema) as a tree with places. Tags, several documents and keys that are not texts are refused;
 * aliases and merge keys (`<<`) are written out, within limits.
 */
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  parseDocument,
  visit,
  type Document,
  type Node,
  type Pair,
  type Scalar,
  type YAMLError,
} from 'yaml';
import type { ConfigProblem } from '../config-problem.ts';
import type { SourceEntry, SourceNode } from './source-node.ts';
import { maxDepth } from './source-node.ts';
import type { SourceResult } from './source-result.ts';
import { yaml11Meaning } from './yaml-1-1.ts';
import { yamlLimitProblem } from './yaml-limits.ts';

/** Values all aliases of a text together may repeat. */
const maxRepeatedValues = 10_000;

export function parseYaml(text: string): SourceResult {
  const limit = yamlLimitProblem(text);
  if (limit !== undefined) return { problems: [limit] };
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    prettyErrors: false,
    uniqueKeys: false,
    logLevel: 'error',
  });
  const [first] = [...document.errors, ...document.warnings];
  // What follows the first error is mostly its consequence.
  if (first !== undefined) return { problems: [unclosed(document, first) ?? syntaxProblem(first)] };
  if (document.contents === null) return { problems: [] };
  return new TreeBuilder().build(document.contents);
}

const messages: Partial<Record<YAMLError['code'], string>> = {
  BAD_ALIAS: 'this anchor or alias is not well-formed',
  BAD_DIRECTIVE: 'this directive is not known',
  BAD_DQ_ESCAPE: 'this backslash sequence is not known; in double quotes write \\\\ for a backslash',
  BAD_INDENT: 'this line is indented differently from its neighbours',
  BAD_SCALAR_START: 'a text cannot start with this character; put it in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a map or list cannot stand here; a text with `: ` in it needs quotes',
  BLOCK_IN_FLOW: 'within brackets, maps and lists need brackets too',
  KEY_OVER_1024_CHARS: 'this key is too long',
  MISSING_CHAR:
    'a character is missing here, such as a closing quote or bracket, a comma, or the `:` after a key',
  MULTILINE_IMPLICIT_KEY: 'a key must be on one line; perhaps the `:` after a key is missing',
  MULTIPLE_DOCS: 'a config is one document; remove what follows `---`',
  RESOURCE_EXHAUSTION: 'is nested too deep',
  TAB_AS_INDENT: 'a tab cannot be used for indentation; use spaces',
  TAG_RESOLVE_FAILED: 'tags (`!name`) are not supported',
  UNEXPECTED_TOKEN: 'this does not belong here',
};

function syntaxProblem(error: YAMLError): ConfigProblem {
  const definition =
    error.code === 'RESOURCE_EXHAUSTION'
      ? 'tooDeep'
      : error.code === 'TAG_RESOLVE_FAILED' || error.code === 'MULTIPLE_DOCS'
        ? 'unsupportedYaml'
        : 'syntax';
  const message = messages[error.code] ?? 'this is not valid YAML';
  return { severity: 'error', definition, message, offset: error.pos[0] };
}

/** A quote or bracket that is not closed is noticed far behind it; its start is where to look. */
function unclosed(document: Document, { pos: [end], message: told }: YAMLError): ConfigProblem | undefined {
  if (!/^(?:Missing closing|Flow .* end with)/.test(told)) return undefined;
  let start: number | undefined;
  visit(document, {
    Scalar(_, { type, range }) {
      const isQuoted = type === 'QUOTE_DOUBLE' || type === 'QUOTE_SINGLE';
      if (isQuoted && range && range[0] < end && range[1] >= end) start = range[0];
    },
    Collection(_, { flow, range }) {
      if (flow === true && range?.[1] === end) start = range[0];
    },
  });
  if (start === undefined) return undefined;
  const message = `this ${told.startsWith('Flow') ? 'bracket' : 'quote'} is not closed`;
  return { severity: 'error', definition: 'syntax', message, offset: start };
}

/** Ends the building of a tree that cannot be finished. */
class Unbuildable extends Error {
  readonly problem: ConfigProblem;
  constructor(definition: ConfigProblem['definition'], message: string, offset: number) {
    super(message);
    this.problem = { severity: 'error', definition, message, offset };
  }
}

class TreeBuilder {
  private readonly problems: ConfigProblem[] = [];
  private readonly anchors = new Map<string, Node>();
  private readonly open = new Set<Node>();
  private readonly dropped: SourceNode[] = [];
  private aliasDepth = 0;
  private repeated = 0;

  build(contents: Node): SourceResult {
    try {
      const root = this.node(contents, 0);
      return { root, problems: this.problems, dropped: this.dropped };
    } catch (error) {
      if (error instanceof Unbuildable) return { problems: [...this.problems, error.problem] };
      throw error;
    }
  }

  private node(node: Node | null, depth: number, fallback = 0): SourceNode {
    const [start, end] = node?.range ?? [fallback, fallback];
    if (depth > maxDepth) throw new Unbuildable('tooDeep', 'is nested too deep', start);
    if (this.aliasDepth > 0) {
      this.repeated += 1;
      if (this.repeated > maxRepeatedValues) {
        throw new Unbuildable('badAlias', 'too many aliases: they repeat more than 10000 values', start);
      }
    }
    if (node === null) return { kind: 'scalar', value: null, start, end };
    if (isAlias(node)) return this.alias(node.source, depth, start);
    if (node.anchor !== undefined && this.aliasDepth === 0) this.anchors.set(node.anchor, node);
    if (isScalar(node)) return this.scalar(node, start, end);
    this.open.add(node);
    let result: SourceNode;
    if (isSeq(node)) {
      const items = node.items.map((item) => this.node(item as Node, depth + 1, start));
      result = { kind: 'list', items, start, end };
    } else if (isMap(node)) {
      result = {
        kind: 'map',
        entries: this.entries(node.items as Pair<Node, Node | null>[], depth),
        start,
        end,
      };
    } else {
      throw new Unbuildable('unsupportedYaml', 'this kind of value is not supported', start);
    }
    this.open.delete(node);
    return result;
  }

  private alias(name: string, depth: number, offset: number): SourceNode {
    const target = this.anchors.get(name);
    if (target === undefined)
      throw new Unbuildable('badAlias', `\`*${name}\` refers to nothing above it`, offset);
    if (this.open.has(target)) throw new Unbuildable('badAlias', `\`*${name}\` contains itself`, offset);
    this.aliasDepth += 1;
    const node = this.node(target, depth, offset);
    this.aliasDepth -= 1;
    return node;
  }

  private scalar(node: Scalar, start: number, end: number): SourceNode {
    const { value, source, tag } = node;
    const isPlain = node.type === 'PLAIN' && tag === undefined && this.aliasDepth === 0;
    if (isPlain && source !== undefined) this.compare(source, value, start);
    const known =
      typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value === null;
    if (!known) throw new Unbuildable('unsupportedYaml', 'this kind of value is not supported', start);
    return { kind: 'scalar', value, start, end };
  }

  private compare(source: string, value: unknown, offset: number): void {
    const meaning = yaml11Meaning(source, value);
    if (meaning === undefined) return;
    const here = typeof value === 'number' ? 'a number' : 'a text';
    const message = `this is ${here}, but ${meaning} in YAML 1.1, which MassGen v0.0.15 read`;
    const { length } = source;
    this.problems.push({ severity: 'warning', definition: 'yamlVersions', message, offset, length });
  }

  private entries(
    pairs: readonly Pair<Node, Node | null>[],
    depth: number,
  ): ReadonlyMap<string, SourceEntry> {
    const entries = new Map<string, SourceEntry>();
    const merged: SourceEntry[] = [];
    for (const { key, value } of pairs) {
      const [keyStart, keyEnd] = key?.range ?? [0, 0];
      const name = this.keyName(key, keyStart, depth);
      const node = this.node(value, depth + 1, keyEnd);
      if (name === '<<' && isScalar(key) && key.type === 'PLAIN') {
        merged.push(...this.mergeEntries(node));
      } else if (entries.has(name)) {
        const message = `the key ${JSON.stringify(name)} occurs twice in this map`;
        this.problems.push({
          severity: 'error',
          definition: 'duplicateKey',
          message,
          offset: keyStart,
          length: name.length,
        });
        this.dropped.push(node);
      } else {
        entries.set(name, { key: name, keyStart, keyEnd, node });
      }
    }
    for (const entry of merged) {
      if (entries.has(entry.key)) this.dropped.push(entry.node);
      else entries.set(entry.key, entry);
    }
    return entries;
  }

  private keyName(key: Node | null, offset: number, depth: number): string {
    const name = key === null ? undefined : this.node(key, depth + 1, offset);
    if (name?.kind !== 'scalar' || name.value === null) {
      throw new Unbuildable('unsupportedYaml', 'a key must be a text', offset);
    }
    return isScalar(key) && key.source !== undefined ? key.source : String(name.value);
  }

  private mergeEntries(node: SourceNode): SourceEntry[] {
    if (node.kind === 'map') return [...node.entries.values()];
    if (node.kind === 'list' && node.items.every((item) => item.kind === 'map')) {
      return node.items.flatMap((item) => [...item.entries.values()]);
    }
    throw new Unbuildable('unsupportedYaml', '`<<` takes a map or a list of maps', node.start);
  }
}
