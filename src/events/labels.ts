/**
 * Labels of answers. Towards people an answer is `<agent id>.<n>`, towards agents `<alias>.<n>`.
 * Ids may contain dots, so the number is what follows the last one.
 */
export function answerLabel(name: string, number: number): string {
  return `${name}.${number}`;
}

/** Splits `<name>.<n>`; undefined when there is no positive number behind the last dot. */
export function parseAnswerLabel(label: string): { name: string; number: number } | undefined {
  const match = /^(.+)\.([1-9]\d{0,8})$/su.exec(label);
  if (match === null) return undefined;
  return { name: match[1] as string, number: Number(match[2]) };
}
