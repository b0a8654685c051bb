/**
 * Text of a server as a model may read it: no characters that nobody sees, no escape codes, nothing that models
 * take for the frame of a conversation. People are shown the original, made visible, elsewhere.
 */
const escapeCodes = /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|\u001b\].*?(?:\u0007|\u001b\\|$)|\u001b./gsu;
/** Control, direction, zero width, tag and filler characters, private use; no white space that people see. */
const unseen = /(?![\n\t])[\p{Cc}\p{Cf}\p{Co}\p{Default_Ignorable_Code_Point}]/gu;
/** `<|im_start|>` and its like, and tags in which prompts wrap tools and turns. */
const frames =
  /<(?=\|)|<(?=<\/?SYS)|<(?=\/?(?:antml|tools?|tool_\w+|functions?|function_\w+|invoke|system|user|assistant|human|start_of_turn|end_of_turn|s)\b)|\[(?=\/?INST\])/giu;

/** More than any model is shown of one text. */
const longest = 16_384;

export function cleanText(text: string): string {
  const clean = text
    .slice(0, longest)
    .toWellFormed()
    .replaceAll(/\r\n?|[\u2028\u2029]/gu, '\n')
    .replaceAll(escapeCodes, '')
    .replaceAll(unseen, '')
    .replaceAll(frames, '$& ');
  const lines = clean.split('\n').map((line) => line.trimEnd());
  return lines
    .join('\n')
    .replaceAll(/\n{3,}/gu, '\n\n')
    .trim();
}

/** True for text that is exactly what a person sees of it. */
export function isPlainText(text: string): boolean {
  return text.isWellFormed() && text.search(unseen) < 0;
}

/** At most `length` UTF-16 units, never a half character. */
export function cutText(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1).replace(/[\ud800-\udbff]$/u, '')}…`;
}
