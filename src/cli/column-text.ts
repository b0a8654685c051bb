/** Text in columns of a terminal: how wide it is there, and cut or filled up to a width. */
import { visibleText } from '../display/visible-text.ts';

/** Characters that take two columns; near enough for a table. */
const wide =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|\p{Emoji_Presentation}/u;
const none = /\p{Mark}|\u200D/u;

export function textWidth(text: string): number {
  // Most names have nothing but ASCII.
  if (!/[^\u0020-\u007E]/u.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += none.test(character) ? 0 : wide.test(character) ? 2 : 1;
  return width;
}

/** On one line, at most `width` columns, with a mark where something is left out. */
export function fitText(text: string, width: number): string {
  const line = visibleText(text).replaceAll(/\s+/gu, ' ').trim();
  if (textWidth(line) <= width) return line;
  let fitting = '';
  let used = 0;
  for (const character of line) {
    used += textWidth(character);
    if (used > width - 1) break;
    fitting += character;
  }
  return `${fitting}…`;
}

/** Exactly `width` columns. */
export function padText(text: string, width: number, side: 'left' | 'right' = 'left'): string {
  const fitting = fitText(text, width);
  const space = ' '.repeat(Math.max(0, width - textWidth(fitting)));
  return side === 'left' ? `${fitting}${space}` : `${space}${fitting}`;
}
