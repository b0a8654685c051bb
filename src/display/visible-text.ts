/**
 * Makes text from agents and tools safe to print: no escape sequence, control character or direction override of
 * theirs reaches the terminal. Line breaks and tabs stay.
 */
import { stripVTControlCharacters } from 'node:util';

export function visibleText(text: string): string {
  return (
    stripVTControlCharacters(text)
      .replaceAll('\r\n', '\n')
      // C0 but tab and line feed, DEL, C1, and the characters that reorder text or break lines.
      .replaceAll(
        /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/gu,
        '\uFFFD',
      )
  );
}

/** The first line, cut to `width` characters with a mark where something is left out. */
export function oneLine(text: string, width: number): string {
  const clean = visibleText(text).trim();
  const line = clean.split('\n', 1)[0] ?? '';
  const cut = line.length < clean.length || line.length > width;
  return cut ? `${line.slice(0, Math.max(1, width - 1)).trimEnd()}…` : line;
}
