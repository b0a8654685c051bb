/**
 * A value as one line of JSON in which nothing secret stands: texts are redacted one by one, so that the line stays
 * JSON, and what a name calls secret is masked whatever it looks like. Characters that reorder or control a terminal
 * are written as escapes, which read back as what they were.
 */
import { isSecretName, mask } from './redact-text.ts';

const unseen = /[\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/gu;
/** No secret is shorter; names of our own fields are not looked at. */
const shortestSecret = 12;

export function redactedJson(value: unknown, redact: (text: string) => string): string {
  const line = JSON.stringify(value, (key, item: unknown) => {
    if (typeof item === 'string') return isSecretName(key) && item !== '' ? mask : redact(item);
    return typeof item === 'object' && item !== null && !Array.isArray(item)
      ? redactKeys(item, redact)
      : item;
  });
  return escapeUnseen(line);
}

/** For a line of JSON: what it reads back as stays the same. */
export function escapeUnseen(line: string): string {
  // Plain ASCII, told by its length, has but one of them.
  if (Buffer.byteLength(line) === line.length && !line.includes('\u007F')) return line;
  return line.replaceAll(
    unseen,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function redactKeys(item: object, redact: (text: string) => string): object {
  if (Object.keys(item).every((key) => key.length < shortestSecret)) return item;
  return Object.fromEntries(
    Object.entries(item).map(([key, value]) => [key.length < shortestSecret ? key : redact(key), value]),
  );
}
