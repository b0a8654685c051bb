/**
 * Makes lines of JSON out of drafts. This is the one place where the MCP logs are redacted: every text of a draft
 * passes the cleaner here, before it is cut and before anything is written. Where that fails, a line without any text
 * takes its place.
 */
import { hash } from 'node:crypto';
import type { ToolContent } from '../events/tool-content.ts';
import { loggableValue } from './loggable-value.ts';
import type { McpLogDraft } from './mcp-log-draft.ts';
import { escapeUnseen } from './redacted-json.ts';
import { binaryText, mimeTypeText, TextCleaner } from './text-cleaner.ts';

export interface McpLogLinesOptions {
  readonly run: string;
  /** Known secrets and patterns, in a text. */
  readonly redact: (text: string) => string;
  /** Characters. */
  readonly longestSecret?: number;
  /** Makes digests of contents useless to whoever guesses at the contents. */
  readonly digestKey: string;
}

export interface MadeLine {
  /** The line, with its line feed. */
  readonly full: string;
  /** The line without arguments and result. */
  readonly brief: string;
}

/** Sequences by which a program colours what it prints. */
const sequences = /\u001B\[[0-?]*[ -/]*[@-~]/gu;
/** Characters of texts that hardly ever come a second time. */
const lengths: Readonly<Record<string, number>> = {
  text: 1_000,
  error: 2_000,
  call: 200,
  calls: 200,
  snapshot: 200,
  rpc_id: 200,
};
/** Of all others, which are names for the most part. */
const nameLength = 500;
const addressLength = 200;
const mostItems = 100;
const argumentLimits = { total: 4_000, text: 1_000 };
const otherValue = argumentLimits;
/** Fields that are values of any form. */
const values: Readonly<Record<string, { readonly total: number; readonly text: number }>> = {
  data: otherValue,
  changed: { total: 40_000, text: 500 },
  message: { total: 64_000, text: 16_000 },
};
const previewLength = 2_000;
/** Characters and number of texts that are remembered as JSON. */
const longestKept = 100;
const mostKept = 2_000;
/** Characters of a content that its digest is made of; of longer ones the length counts too. */
const digested = 16_384;

export class McpLogLines {
  /** As JSON. */
  readonly #run: string;
  /** Texts as JSON. */
  readonly #kept = new Map<string, string>();
  readonly #digestKey: string;
  readonly #cleaner: TextCleaner;

  constructor({ run, redact, longestSecret = 16_384, digestKey }: McpLogLinesOptions) {
    this.#run = quoted(run);
    this.#digestKey = digestKey;
    this.#cleaner = new TextCleaner(redact, longestSecret);
  }

  /** A name as it may be shown; empty when it cannot be masked. */
  shownName(name: string): string {
    try {
      return this.#cleaner.name(name);
    } catch {
      return '';
    } finally {
      this.#cleaner.takeCounts();
    }
  }

  /** One line of what a server printed. */
  shownText(text: string, limit: number): string {
    try {
      const clean = this.#cleaner.text(text.replaceAll(sequences, ''), limit);
      return escapeUnseen(JSON.stringify(clean).slice(1, -1)).replaceAll('\\"', '"');
    } catch {
      return `[redaction failed, ${text.length} characters]`;
    } finally {
      this.#cleaner.takeCounts();
    }
  }

  make(draft: McpLogDraft, ts: string, seq: number): MadeLine {
    const { level, kind, fields, content } = draft;
    // Put together by hand: a call is a dozen short values, and most of them come again and again.
    const head = `{"v":1,"ts":"${ts}","seq":${seq},"level":"${level}","kind":"${kind}","run":${this.#run}`;
    this.#cleaner.takeCounts();
    try {
      const base = `${head}${this.#fields(fields)}`;
      const counts = this.#cleaner.takeCounts();
      const brief = `${base}${countFields(counts)}}\n`;
      if (content === undefined) return { brief, full: brief };
      const detail = this.#detail(content);
      const { redactions, cut } = this.#cleaner.takeCounts();
      const all = { redactions: redactions + counts.redactions, cut: cut || counts.cut };
      return { brief, full: `${base}${detail}${countFields(all)}}\n` };
    } catch {
      // Why it failed may hold what was to be masked, so nothing of it is told.
      const server = this.shownName(fields.server ?? '');
      const named = server === '' ? '' : `,"server":${quoted(server)}`;
      const line = `${head}${named},"redaction_failed":true,"size":${roughSize(draft)}}\n`;
      return { brief: line, full: line };
    }
  }

  #fields(fields: McpLogDraft['fields']): string {
    let text = '';
    for (const name of Object.keys(fields) as (keyof typeof fields)[]) {
      const value = fields[name];
      const json = value === undefined ? undefined : this.#field(name, value);
      if (json !== undefined) text += `,"${name}":${json}`;
    }
    return text;
  }

  /** As JSON; undefined for what has none. */
  #field(name: string, value: unknown): string | undefined {
    switch (typeof value) {
      case 'number':
        return Number.isFinite(value) ? `${value}` : 'null';
      case 'boolean':
        return `${value}`;
      case 'string':
        return this.#quoted(this.#text(name, value));
      default:
        if (!(name in values) && Array.isArray(value)) return this.#list(name, value);
        return json(loggableValue(value, this.#cleaner, values[name] ?? otherValue));
    }
  }

  /** As JSON, remembered for names. */
  #quoted(text: string): string {
    if (text.length > longestKept) return quoted(text);
    let kept = this.#kept.get(text);
    if (kept === undefined) {
      kept = quoted(text);
      if (this.#kept.size >= mostKept) this.#kept.clear();
      this.#kept.set(text, kept);
    }
    return kept;
  }

  #text(field: string, text: string): string {
    const limit = lengths[field];
    return limit === undefined ? this.#cleaner.name(text, nameLength) : this.#cleaner.text(text, limit);
  }

  #list(field: string, list: readonly unknown[]): string {
    if (list.length > mostItems) this.#cleaner.noteCut();
    return `[${list
      .slice(0, mostItems)
      .map((item) => this.#quoted(this.#text(field, String(item))))
      .join(',')}]`;
  }

  /** A digest stands where what is shown is not all there is: there it still tells whether two are equal. */
  #detail({ arguments: args, result }: NonNullable<McpLogDraft['content']>): string {
    let detail = '';
    const before = this.#cleaner.changes;
    if (args !== undefined) {
      const shown = json(loggableValue(args, this.#cleaner, argumentLimits));
      if (shown !== undefined) detail += `,"args":${shown}`;
      if (this.#cleaner.changes > before) detail += `,"args_digest":"${this.#digest(jsonOf(args))}"`;
    }
    const between = this.#cleaner.changes;
    const types = result.slice(0, mostItems).map((part) => this.#quoted(this.#cleaner.name(typeOf(part))));
    detail += `,"content_types":[${types.join(',')}],"preview":${quoted(this.#preview(result))}`;
    if (this.#cleaner.changes > between) detail += `,"result_digest":"${this.#digest(result.map(partOf))}"`;
    return detail;
  }

  #preview(content: readonly ToolContent[]): string {
    const pieces: string[] = [];
    let room = previewLength;
    for (const part of content) {
      if (room <= 0) {
        this.#cleaner.noteCut();
        break;
      }
      const piece = this.#part(part, room);
      pieces.push(piece);
      room -= piece.length + 1;
    }
    return pieces.join('\n');
  }

  #part(part: ToolContent, room: number): string {
    switch (part.type) {
      case 'text':
        return this.#cleaner.text(part.text, room);
      case 'image':
      case 'audio':
        return binaryText(typeOf(part), part.data);
      case 'resource': {
        const uri = this.#cleaner.text(part.uri, addressLength);
        if (part.data !== undefined) return `${uri} ${binaryText(typeOf(part), part.data)}`;
        return this.#cleaner.text(part.text ?? uri, room);
      }
      default:
        return part satisfies never;
    }
  }

  #digest(pieces: readonly string[]): string {
    return hash('sha256', `${this.#digestKey}\0${pieces.join('\0')}`, 'hex').slice(0, 16);
  }
}

/** The types of a server are its own words and may be anything. */
function typeOf(part: ToolContent): string {
  if (part.type === 'text') return part.type;
  if (part.type === 'resource' && part.mimeType === undefined) return part.type;
  return mimeTypeText(part.mimeType);
}

function partOf(part: ToolContent): string {
  switch (part.type) {
    case 'text':
      return beginning('text', part.text);
    case 'image':
    case 'audio':
      return beginning(part.mimeType, part.data);
    case 'resource':
      return beginning(part.uri, part.data ?? part.text ?? '');
    default:
      return part satisfies never;
  }
}

function beginning(type: string, text: string): string {
  return `${type}\0${text.length}\0${text.slice(0, digested)}`;
}

function jsonOf(value: unknown): readonly string[] {
  try {
    const json = JSON.stringify(value) ?? '';
    return [`${json.length}`, json.slice(0, digested)];
  } catch {
    // Too deep, or circular: no value of the protocol, and nothing to compare by.
    return [];
  }
}

function countFields({ redactions, cut }: { readonly redactions: number; readonly cut: boolean }): string {
  return `${redactions === 0 ? '' : `,"redactions":${redactions}`}${cut ? ',"truncated":true' : ''}`;
}

function quoted(text: string): string {
  return escapeUnseen(JSON.stringify(text));
}

/** Undefined for what has no form in JSON. */
function json(value: unknown): string | undefined {
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined ? undefined : escapeUnseen(text);
}

function roughSize({ fields, content }: McpLogDraft): number {
  const texts = Object.values(fields).filter((value) => typeof value === 'string');
  const parts = content?.result.map((part) => ('text' in part ? (part.text?.length ?? 0) : 0)) ?? [];
  return [...texts.map(({ length }) => length), ...parts].reduce((sum, length) => sum + length, 0);
}
