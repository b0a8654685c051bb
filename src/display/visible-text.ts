/**
 * Makes text from agents and tools safe to print: no escape sequence, control character or direction override of
 * theirs reaches the terminal. Line breaks and tabs stay. Takes time that grows with the text and no faster, which
 * the function of Node for this does not where a sequence has no end.
 */

/** Sequences that begin with CSI, those that hold a text and its end (OSC, DCS, PM, APC, SOS), and the short ones. */
const sequences =
  /(?:\u001B\[|\u009B)[0-?]*[ -/]*[@-~]|(?:\u001B[\]PX^_]|[\u0090\u0098\u009D-\u009F])[^\u0007\u001B\u009C]*(?:\u0007|\u001B\\|\u009C)|\u001B[ -/]*[0-~]/gu;
/** C0 but tab and line feed, DEL, C1, and the characters that reorder text or break lines. */
const controls = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/gu;

export function visibleText(text: string): string {
  return text.replaceAll(sequences, '').replaceAll('\r\n', '\n').replaceAll(controls, '\uFFFD');
}

/** The first line, cut to `width` characters with a mark where something is left out. */
export function oneLine(text: string, width: number): string {
  const clean = visibleText(text).trim();
  const line = clean.split('\n', 1)[0] ?? '';
  const cut = line.length < clean.length || line.length > width;
  return cut ? `${line.slice(0, Math.max(1, width - 1)).trimEnd()}…` : line;
}
