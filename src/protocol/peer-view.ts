/**
 * What one agent sees of the others: aliases, never ids; each author's latest answer; listed from the alias
 * after the viewer's round to the viewer's own, which comes last, so that no position favours anybody.
 */
import { answerLabel } from '../events/labels.ts';
import type { AnswerRecord, ProtocolState } from './protocol-state.ts';

export interface PeerAnswer {
  /** `<alias>.<n>`. */
  readonly label: string;
  readonly alias: string;
  readonly own: boolean;
  readonly record: AnswerRecord;
}

/** The latest answers with `seq` up to `shown`, in the order in which `viewer` (an index) reads them. */
export function peerView(state: ProtocolState, viewer: number, shown: number): readonly PeerAnswer[] {
  const latest = new Map<number, AnswerRecord>();
  for (const answer of state.answers) {
    if (answer.seq > shown) break;
    latest.set(answer.author, answer);
  }
  const size = state.agents.length;
  const place = (author: number): number => aliasNumber(state.agents[author]?.alias ?? '');
  const own = place(viewer);
  return [...latest.values()]
    .map((record): PeerAnswer => {
      const alias = state.agents[record.author]?.alias ?? '';
      return { label: answerLabel(alias, record.number), alias, own: record.author === viewer, record };
    })
    .toSorted((a, b) => {
      const distance = (answer: PeerAnswer): number =>
        (place(answer.record.author) - own - 1 + size * 2) % size;
      return distance(a) - distance(b);
    });
}

function aliasNumber(alias: string): number {
  return Number(/\d+$/u.exec(alias)?.[0] ?? 0);
}
