/**
 * JSON as a tree with places. Strict: no comments, no trailing commas, no key twice. The messages never quote the
 * text, which may hold secrets.
 */
import type { ConfigProblem } from '../config-problem.ts';
import { maxDepth, type SourceEntry, type SourceNode } from './source-node.ts';
import type { SourceResult } from './source-result.ts';

class JsonError extends Error {
  readonly problem: ConfigProblem;
  constructor(message: string, offset: number, definition: ConfigProblem['definition'] = 'syntax') {
    super(message);
    this.problem = { severity: 'error', definition, message, offset };
  }
}

export function parseJson(text: string): SourceResult {
  if (text.trim() === '') return { problems: [] };
  const reader = new JsonReader(text);
  try {
    const root = reader.document();
    return { root, problems: reader.problems, dropped: reader.dropped };
  } catch (error) {
    if (error instanceof JsonError) return { problems: [...reader.problems, error.problem] };
    throw error;
  }
}

const literals = [
  ['true', true],
  ['false', false],
  ['null', null],
] as const;

class JsonReader {
  readonly problems: ConfigProblem[] = [];
  readonly dropped: SourceNode[] = [];
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  document(): SourceNode {
    const root = this.value(0);
    this.blanks();
    if (this.at < this.text.length) throw new JsonError('nothing may follow the end of the config', this.at);
    return root;
  }

  private value(depth: number): SourceNode {
    this.blanks();
    const start = this.at;
    if (depth > maxDepth) throw new JsonError('is nested too deep', start, 'tooDeep');
    const character = this.text[start];
    if (character === '{') return this.map(start, depth);
    if (character === '[') return this.list(start, depth);
    if (character === '"') return { kind: 'scalar', value: this.string(), start, end: this.at };
    for (const [word, value] of literals) {
      if (this.text.startsWith(word, start)) {
        this.at += word.length;
        return { kind: 'scalar', value, start, end: this.at };
      }
    }
    const number = this.match(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/y);
    if (number === undefined) throw new JsonError(this.unexpected('a value'), start);
    return { kind: 'scalar', value: Number(number), start, end: this.at };
  }

  private map(start: number, depth: number): SourceNode {
    const entries = new Map<string, SourceEntry>();
    this.at += 1;
    while (!this.end('}', entries.size > 0)) {
      const keyStart = this.at;
      if (this.text[keyStart] !== '"')
        throw new JsonError(this.unexpected('a key in double quotes'), keyStart);
      const key = this.string();
      const keyEnd = this.at;
      this.blanks();
      if (this.text[this.at] !== ':') throw new JsonError(this.unexpected('`:`'), this.at);
      this.at += 1;
      const node = this.value(depth + 1);
      if (entries.has(key)) {
        const message = `the key ${JSON.stringify(key)} occurs twice in this map`;
        const length = keyEnd - keyStart;
        this.problems.push({
          severity: 'error',
          definition: 'duplicateKey',
          message,
          offset: keyStart,
          length,
        });
        this.dropped.push(node);
      } else {
        entries.set(key, { key, keyStart, keyEnd, node });
      }
    }
    return { kind: 'map', entries, start, end: this.at };
  }

  private list(start: number, depth: number): SourceNode {
    const items: SourceNode[] = [];
    this.at += 1;
    while (!this.end(']', items.length > 0)) items.push(this.value(depth + 1));
    return { kind: 'list', items, start, end: this.at };
  }

  /** Steps over the closing bracket and says so, or over the comma before the next part. */
  private end(bracket: string, needsComma: boolean): boolean {
    this.blanks();
    if (this.text[this.at] === bracket) {
      this.at += 1;
      return true;
    }
    if (!needsComma) return false;
    if (this.text[this.at] !== ',') throw new JsonError(this.unexpected(`\`,\` or \`${bracket}\``), this.at);
    const comma = this.at;
    this.at += 1;
    this.blanks();
    if (this.text[this.at] === bracket) throw new JsonError('a comma must not stand before the end', comma);
    return false;
  }

  private string(): string {
    const start = this.at;
    const written = this.match(/"[^"\\\u0000-\u001f]*(?:\\.[^"\\\u0000-\u001f]*)*"/y);
    if (written === undefined)
      throw new JsonError('this text is not closed, or has a control character in it', start);
    try {
      return JSON.parse(written) as string;
    } catch {
      throw new JsonError('this text has a backslash sequence that is not known', start);
    }
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  private blanks(): void {
    this.match(/[ \t\r\n]*/y);
  }

  private unexpected(wanted: string): string {
    if (this.at >= this.text.length) return `the config ends where ${wanted} should be`;
    if (
      this.text.startsWith('//', this.at) ||
      this.text[this.at] === '#' ||
      this.text.startsWith('/*', this.at)
    ) {
      return 'JSON has no comments; use a .yaml file for them';
    }
    return `here should be ${wanted}`;
  }
}
