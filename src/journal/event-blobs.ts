/**
 * Long strings leave the line of their event: `{"$blob":"sha256:…","bytes":n}` stands in their place. An object
 * of the user that has such a key itself is escaped by one more `$`, so every value comes back as it was.
 * Text with half surrogates has no UTF-8 form; its blob is UTF-16 and says so.
 */
import { journalErrors } from '../errors/journal-errors.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import type { DurableEvent } from '../events/run-event.ts';
import type { BlobStore } from './blob-store.ts';

/** Strings with more bytes than this (UTF-8) become blobs. */
export const blobLimit = 32 * 1024;
const deepest = 1000;

interface BlobReference {
  $blob: string;
  bytes: number;
  encoding?: 'utf16le';
}

/**
 * The JSON of an event, or, when it has long strings, a function that stores them and then gives the JSON. The
 * event may be changed after the call: what it held at that time is written. Throws what `JSON.stringify` throws.
 */
export function dehydrate(event: DurableEvent, blobs: BlobStore): string | (() => Promise<string>) {
  const json = JSON.stringify(event);
  if (!holdsBlobKey(json) && !mayHoldLongString(json)) return json;
  const pending: { readonly reference: BlobReference; readonly bytes: Buffer }[] = [];
  const tree = extract(event, 0, (text) => {
    const encoding = text.isWellFormed() ? 'utf8' : 'utf16le';
    const bytes = Buffer.from(text, encoding);
    const reference: BlobReference = { $blob: '', bytes: bytes.length };
    if (encoding === 'utf16le') reference.encoding = encoding;
    pending.push({ reference, bytes });
    return reference;
  });
  if (pending.length === 0) return JSON.stringify(tree);
  return async () => {
    await Promise.all(
      pending.map(async ({ reference, bytes }) => {
        reference.$blob = await blobs.put(bytes);
      }),
    );
    return JSON.stringify(tree);
  };
}

/**
 * The opposite of `dehydrate`, for what `JSON.parse` gave. Throws what the store throws, or `journalDamaged` for a
 * reference that is none.
 */
export async function rehydrate(value: unknown, blobs: BlobStore): Promise<unknown> {
  const references: BlobReference[] = [];
  restore(value, (reference) => {
    references.push(reference);
    return '';
  });
  const texts = new Map<string, string>();
  for (const reference of references) {
    const bytes = await blobs.get(reference.$blob);
    texts.set(keyOf(reference), bytes.toString(reference.encoding ?? 'utf8'));
  }
  return restore(value, (reference) => texts.get(keyOf(reference)) as string);
}

/** True when the JSON must go through `rehydrate`. Exact: inside a string value the quote would be escaped. */
export function holdsBlobKey(json: string): boolean {
  return json.includes('$blob":');
}

function mayHoldLongString(json: string): boolean {
  return json.length > blobLimit / 3 && Buffer.byteLength(json) > blobLimit;
}

function keyOf(reference: BlobReference): string {
  return `${reference.$blob} ${reference.encoding ?? ''}`;
}

function extract(value: unknown, depth: number, store: (text: string) => BlobReference): unknown {
  if (typeof value === 'string') {
    return value.length > blobLimit / 3 && Buffer.byteLength(value) > blobLimit ? store(value) : value;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (depth > deepest) throw new RangeError(`nested deeper than ${deepest} levels`);
  if (Array.isArray(value)) return value.map((item) => extract(item, depth + 1, store));
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    return extract(value.toJSON(), depth + 1, store);
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      /^\$+blob$/u.test(key) ? `$${key}` : key,
      extract(item, depth + 1, store),
    ]),
  );
}

function restore(value: unknown, textOf: (reference: BlobReference) => string): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => restore(item, textOf));
  if (Object.hasOwn(value, '$blob')) return textOf(checkedReference(value));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      /^\$\$+blob$/u.test(key) ? key.slice(1) : key,
      restore(item, textOf),
    ]),
  );
}

function checkedReference(value: object): BlobReference {
  const reference = value as Partial<Record<keyof BlobReference, unknown>>;
  const { $blob, bytes, encoding } = reference;
  if (
    typeof $blob === 'string' &&
    typeof bytes === 'number' &&
    (encoding === undefined || encoding === 'utf16le')
  ) {
    return encoding === undefined ? { $blob, bytes } : { $blob, bytes, encoding };
  }
  throw new MassGenError(journalErrors.journalDamaged, {
    detail: 'a reference to a long value is malformed',
  });
}
