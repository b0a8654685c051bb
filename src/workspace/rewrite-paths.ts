/**
 * Rewrites paths in the text of answers. Pure. Only whole components count: the root `/ws/1` is found in
 * `/ws/1/notes.md` and at the end of a sentence, but not in `/ws/10`, `/ws/1.bak` or `/old/ws/1`.
 */

export interface PathRule {
  /** Absolute path of a directory, in one of its spellings. */
  readonly from: string;
  /** Takes its place. */
  readonly to: string;
}

/** Characters in front of a root that make it the end of another path, and behind it that go on its name. */
const inFront = String.raw`\p{L}\p{M}\p{N}_~+%./\-`;
const goingOn = String.raw`\p{L}\p{M}\p{N}_~+@%#$&\-`;

/** Where several rules fit, the longest wins. What was put in is not looked at again. */
export function rewritePaths(text: string, rules: readonly PathRule[]): string {
  const replacements = new Map<string, string>();
  for (const { from, to } of rules) {
    const root = from.replace(/\/+$/u, '');
    if (root !== '' && !replacements.has(root)) replacements.set(root, to);
  }
  if (replacements.size === 0) return text;
  const roots = [...replacements.keys()]
    .toSorted((one, other) => other.length - one.length)
    .map(escapePattern);
  const before = `(?:(?<=file://)|(?<![${inFront}]))`;
  // A dot ends a sentence unless the name goes on behind it.
  const behind = String.raw`(?![${goingOn}]|\.+[${goingOn}/])`;
  const pattern = `${before}(?:${roots.join('|')})${behind}`;
  return text.replaceAll(new RegExp(pattern, 'gu'), (root) => replacements.get(root) ?? root);
}

/** Two answers are the same when these are: all roots look alike, as do line ends and the space around. */
export function comparableAnswer(text: string, roots: readonly string[]): string {
  const neutral = rewritePaths(
    text,
    roots.map((from) => ({ from, to: '/workspace' })),
  );
  return neutral.replaceAll(/\r\n?/gu, '\n').trim();
}

function escapePattern(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/gu, String.raw`\$&`);
}
