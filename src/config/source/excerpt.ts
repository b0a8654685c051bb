/**
 * Lines of a config text as they may be shown: secrets blotted out, control characters replaced, cut to a width.
 * Blots and replacements keep their length, so that columns stay true.
 */
interface Span {
  readonly start: number;
  readonly end: number;
}

export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

/** Tells line and column, from 1, of offsets in a text. */
export function positionTeller(text: string): (offset: number) => TextPosition {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    const line = starts.findLastIndex((start) => start <= offset);
    return { line: line + 1, column: offset - (starts[line] ?? 0) + 1 };
  };
}

const width = 160;

/** The line around a span, and where the span stands in what is shown. */
export function excerpt(text: string, span: Span): { text: string; start: number; length: number } {
  const lineStart = text.lastIndexOf('\n', span.start - 1) + 1;
  const next = text.indexOf('\n', span.start);
  const lineEnd = next < 0 ? text.length : next;
  const from = Math.max(lineStart, span.start - width / 2);
  const to = Math.min(lineEnd, from + width);
  const head = from > lineStart ? '…' : '';
  const tail = to < lineEnd ? '…' : '';
  const line = text
    .slice(from, to)
    .replace(/\r$/, '')
    .replace(/[^\P{C}\t]/gu, visible);
  const length = Math.max(1, Math.min(span.end, to) - span.start);
  return { text: `${head}${line}${tail}`, start: span.start - from + head.length, length };
}

/** The same number of UTF-16 units, all of which show. */
function visible(character: string): string {
  return '\ufffd'.repeat(character.length);
}

/** The text with some spans blotted out, line ends kept. */
export function blotted(text: string, spans: readonly Span[]): string {
  const parts: string[] = [];
  let done = 0;
  for (const { start, end } of spans.toSorted((left, right) => left.start - right.start)) {
    const from = Math.max(start, done);
    if (end <= from) continue;
    parts.push(text.slice(done, from), text.slice(from, end).replace(/[^\r\n]/g, '*'));
    done = end;
  }
  return parts.join('') + text.slice(done);
}

/**
 * A text that could not be parsed, with only its structure left: indentation, brackets, quotes, and words that
 * are keys. What is a secret cannot be told in it.
 */
export function structureOnly(text: string, knownKeys: ReadonlySet<string>): string {
  return text.replace(/[^\s{}[\],:"'#&*!|>-]+(?=(["']?\s*:(?:\s|$))?)/gm, (word, colon: string | undefined) =>
    colon !== undefined || knownKeys.has(word) ? word : '*'.repeat(word.length),
  );
}
