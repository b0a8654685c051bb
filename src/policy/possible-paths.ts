/**
 * What in a text of a tool we do not know could be a path: the text itself, the words of it as a shell would see
 * them, and the forms in which paths travel (file addresses, percent encoding, escapes). It is a fence against what
 * agents write in good faith or by a simple trick; a program that puts a path together is stopped by the sandbox.
 */

/** A text longer than any path is only looked at word by word. */
const longestPath = 4_096;
const between = /[\s"'`;|&<>(){}[\],=\0]+/u;

/** Candidates in no order, without repetition; most of them are no paths. */
export function possiblePaths(text: string): readonly string[] {
  const found = new Set<string>();
  const add = (word: string): void => {
    // The words around a null character are looked at by themselves.
    for (const form of forms(word)) if (form !== '' && !form.includes('\0')) found.add(form);
  };
  if (text.length <= longestPath) {
    add(text);
    add(text.trim());
  }
  for (const word of text.split(between)) {
    if (!looksLikePath(word)) continue;
    add(word);
    // `host:/path`, `PATH=/a:/b`, `name@/path`, `-o/path`.
    for (const part of word.split(/[:@]/u)) if (looksLikePath(part)) add(part);
    if (word.startsWith('-')) add(word.replace(/^-+[a-z]?/iu, ''));
  }
  return [...found];
}

function looksLikePath(word: string): boolean {
  return word.includes('/') || word === '..' || word.startsWith('~') || /%2f/iu.test(word);
}

function forms(word: string): readonly string[] {
  const decoded = decode(word);
  return [word, decoded, unescape(word), unescape(decoded)].map(withoutScheme);
}

/** `file:///a`, `file://localhost/a` and `file:/a` all mean `/a`. */
function withoutScheme(word: string): string {
  return word.replace(/^file:(?:\/\/[^/]*(?=\/))?(?=\/)/iu, '');
}

/** Percent encoding taken off, up to three layers of it. */
function decode(word: string): string {
  let decoded = word;
  for (let layer = 0; layer < 3 && /%[0-9a-f]{2}/iu.test(decoded); layer += 1) {
    decoded = decoded.replaceAll(/(?:%[0-9a-f]{2})+/giu, (bytes) =>
      Buffer.from(bytes.replaceAll('%', ''), 'hex').toString('utf8'),
    );
  }
  return decoded;
}

function unescape(word: string): string {
  return word.replaceAll('\\', '');
}
