/**
 * Answers as they stand in a prompt. They are other agents' words: each stands between its own markers, and
 * nothing in an answer can look like a marker, so no answer can speak outside its place.
 */
import type { ShownAnswer } from '../agent.ts';

function answerSection(answer: ShownAnswer): string {
  const files = answer.view === undefined ? '' : `\nIts files, to read only: ${answer.view}`;
  return `<answer label="${answer.label}">\n${neutralise(answer.text)}${files}\n</answer>`;
}

export function answerSections(answers: readonly ShownAnswer[]): string {
  return answers.map(answerSection).join('\n\n');
}

const marker = /^[\s/]*(?:answer|task|current_answers|conversation|reasons)\b/iu;

/** Takes the meaning of a marker from text that came from outside, also where spaces or unseen characters stand in it. */
export function neutralise(text: string): string {
  return text.replaceAll(/<(?=([\s/_\p{L}\p{Cf}]*))/gu, (found, ahead: string) =>
    // An unseen character may stand inside of a word, or end it.
    ['', ' '].some((seen) => marker.test(ahead.replaceAll(/\p{Cf}/gu, seen))) ? '&lt;' : found,
  );
}
