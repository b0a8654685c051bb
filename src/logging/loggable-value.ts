/**
 * A copy of any value that fits into a log line: texts redacted, values of secret names masked, binary content told by
 * its size, long and deep things cut. Never throws for what a value is: circular, of 100,000 levels, with getters
 * that throw. How far it looks is bounded by what is kept, so a large value costs no more than a small one.
 */
import { errorMessage } from '../errors/error-message.ts';
import { isSecretName, mask } from './redact-text.ts';
import { binaryText, mimeTypeText, type TextCleaner } from './text-cleaner.ts';

export interface ValueLimits {
  /** Characters of all texts and names together. */
  readonly total: number;
  /** Of one text. */
  readonly text: number;
}

const deepest = 12;
/** What a number, a bracket or a comma takes. */
const structure = 4;

export function loggableValue(value: unknown, cleaner: TextCleaner, limits: ValueLimits): unknown {
  let room = limits.total;

  function copy(item: unknown, depth: number, secret: boolean): unknown {
    room -= structure;
    switch (typeof item) {
      case 'string':
        return copyText(item, secret);
      case 'number':
      case 'boolean':
        return item;
      case 'bigint':
        return copyText(`${item}`, secret);
      case 'object':
        return item === null ? null : copyObject(item, depth, secret);
      case 'undefined':
      case 'function':
      case 'symbol':
        return undefined;
      default:
        return undefined;
    }
  }

  function copyText(text: string, secret: boolean): string {
    if (secret && text !== '') {
      cleaner.noteRedaction();
      return mask;
    }
    const clean = cleaner.name(text, Math.max(0, Math.min(limits.text, room)));
    room -= clean.length;
    return clean;
  }

  function copyObject(item: object, depth: number, secret: boolean): unknown {
    if (ArrayBuffer.isView(item)) return `<bytes ${item.byteLength}>`;
    if (item instanceof Date || item instanceof Error || item instanceof URL)
      return copyText(errorMessage(item), secret);
    if (depth >= deepest) {
      cleaner.noteCut();
      return Array.isArray(item) ? '[…]' : '{…}';
    }
    return Array.isArray(item) ? copyList(item, depth, secret) : copyFields(item, depth, secret);
  }

  function copyList(list: readonly unknown[], depth: number, secret: boolean): unknown[] {
    const copied: unknown[] = [];
    for (let index = 0; index < list.length; index += 1) {
      if (room <= 0) {
        cleaner.noteCut();
        copied.push(`… ${list.length - index} more`);
        break;
      }
      copied.push(copy(list[index], depth + 1, secret) ?? null);
    }
    return copied;
  }

  function copyFields(item: object, depth: number, secret: boolean): unknown {
    // Without a prototype `__proto__` is a name like any other.
    const copied = Object.create(null) as Record<string, unknown>;
    const fields = item as Readonly<Record<string, unknown>>;
    const names = namesOf(item);
    if (names === undefined) return '[unreadable]';
    const type = binaryType(fields);
    let seen = 0;
    for (const name of names) {
      if (room <= 0) {
        cleaner.noteCut();
        copied['…'] = `${names.length - seen} more`;
        break;
      }
      seen += 1;
      const clean = cleaner.name(name);
      room -= clean.length;
      copied[clean] = copyField(fields, name, depth, secret, type);
    }
    return copied;
  }

  function copyField(
    fields: Readonly<Record<string, unknown>>,
    name: string,
    depth: number,
    secret: boolean,
    type: string | undefined,
  ): unknown {
    const value = read(fields, name);
    if (type !== undefined && (name === 'data' || name === 'blob') && typeof value === 'string') {
      room -= 64;
      return binaryText(type, value);
    }
    return copy(value, depth + 1, secret || isSecretName(name));
  }

  return copy(value, 0, false);
}

/** Undefined for what does not let itself be looked into. */
function namesOf(item: object): readonly string[] | undefined {
  try {
    return Object.keys(item);
  } catch {
    return undefined;
  }
}

function read(fields: Readonly<Record<string, unknown>>, name: string): unknown {
  try {
    return fields[name];
  } catch {
    return '[unreadable]';
  }
}

/** The type of binary content that a block of a result carries in `data` or `blob`. */
function binaryType(fields: Readonly<Record<string, unknown>>): string | undefined {
  if (read(fields, 'data') === undefined && read(fields, 'blob') === undefined) return undefined;
  const type = read(fields, 'mimeType');
  if (type !== undefined) return mimeTypeText(type);
  const kind = read(fields, 'type');
  return kind === 'image' || kind === 'audio' ? mimeTypeText(undefined) : undefined;
}
