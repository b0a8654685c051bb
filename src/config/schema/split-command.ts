/**
 * Splits the text of a `command` into program and arguments the way a shell reads words: blanks part, single
 * and double quotes keep together, a backslash takes the next character as it is. Nothing is expanded.
 * Undefined where a quote or a backslash stays open.
 */
export function splitCommand(text: string): readonly string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index] as string;
    if (character === '\\' && quote !== "'") {
      index += 1;
      if (index >= text.length) return undefined;
      word = (word ?? '') + text[index];
    } else if (quote !== undefined) {
      if (character === quote) quote = undefined;
      else word = (word ?? '') + character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + character;
    }
  }
  if (quote !== undefined) return undefined;
  if (word !== undefined) words.push(word);
  return words;
}
