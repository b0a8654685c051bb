/**
 * The exact secret values handed out in a run, and their replacement in any text by `[secret NAME]`: as they
 * are, as in JSON strings, URL-encoded, and within base64. Values under 8 characters are not taken, because
 * replacing them would tear ordinary text apart.
 */
export interface SecretRegistry {
  /** Registers a value; false when it is too short to be replaced. The first name of a value stays. */
  add(name: string, value: string): boolean;
  /** Characters of the longest registered value, in the longest form it is replaced in; 0 without any. */
  readonly longest: number;
  replace(text: string): string;
}

const shortestValue = 8;
/** Shorter lines of a longer value are words of anybody, such as `{`. */
const shortestLine = 16;

export function createSecretRegistry(): SecretRegistry {
  const names = new Map<string, string>();
  let pattern: RegExp | undefined;
  let longest = 0;
  return {
    get longest() {
      return longest;
    },
    add(name, value) {
      if (value.length < shortestValue) return false;
      // Logs are read and written line by line, so each line of a value counts by itself, too.
      const lines = value.includes('\n')
        ? value.split(/\r?\n/u).filter((line) => line.length >= shortestLine)
        : [];
      for (const form of [value, ...lines].flatMap(forms)) {
        if (!names.has(form)) names.set(form, name);
        longest = Math.max(longest, form.length);
      }
      pattern = new RegExp(
        [...names.keys()]
          .toSorted((a, b) => b.length - a.length)
          .map((form) => form.replace(/[\\^$.*+?()[\]{}|]/gu, '\\$&'))
          .join('|'),
        'gu',
      );
      return true;
    },
    replace: (text) =>
      pattern === undefined ? text : text.replace(pattern, (form) => `[secret ${names.get(form)}]`),
  };
}

function forms(value: string): readonly string[] {
  const escaped = JSON.stringify(value).slice(1, -1);
  const encoded = encodeURIComponent(value.toWellFormed());
  return [
    value,
    escaped,
    escaped.replaceAll('/', '\\/'),
    encoded,
    encoded.replace(/%[0-9A-F]{2}/gu, (code) => code.toLowerCase()),
    ...[0, 1, 2].flatMap((offset) => base64Forms(value, offset)),
  ];
}

/** The characters of base64 that depend on the value alone when it starts `offset` bytes behind a group of 3. */
function base64Forms(value: string, offset: number): readonly string[] {
  const bytes = Buffer.from(value);
  const whole = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
  const first = Math.ceil((offset * 8) / 6);
  const end = Math.floor(((offset + bytes.length) * 8) / 6);
  const middle = whole.slice(first, end);
  return [middle, middle.replaceAll('+', '-').replaceAll('/', '_')];
}
