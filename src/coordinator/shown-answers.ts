/** Turns the state into what an agent reads: aliases for ids, paths it can open, rotated order. */
import { join } from 'node:path';
import { answerLabel } from '../events/labels.ts';
import type { ShownAnswer } from '../agents/agent.ts';
import { peerView } from '../protocol/peer-view.ts';
import type { ProtocolState } from '../protocol/protocol-state.ts';

export interface ShownAnswersOptions {
  /** Where an agent reads views. */
  readonly viewsOf: (agent: string) => string;
  /** Rewrites the paths in an answer for a reader; `view` is where it reads the files. */
  readonly readable: (text: string, author: string, reader: string, view: string | undefined) => string;
}

/** The latest answers with `seq` in (`from`, `shown`], as `viewer` reads them. */
export function shownAnswers(
  state: ProtocolState,
  viewer: number,
  range: { readonly from: number; readonly shown: number },
  options: ShownAnswersOptions,
): readonly ShownAnswer[] {
  const reader = state.agents[viewer]?.id ?? '';
  const order = new Map(state.answers.map((answer, index) => [answer, index + 1]));
  return peerView(state, viewer, range.shown)
    .filter(({ record }) => record.seq > range.from)
    .map(({ label, alias, own, record }): ShownAnswer => {
      const author = state.agents[record.author]?.id ?? '';
      const view =
        record.snapshot === undefined
          ? undefined
          : join(options.viewsOf(reader), answerLabel(alias, record.number));
      return {
        label,
        alias,
        author,
        order: order.get(record) ?? 0,
        text: own ? record.text : options.readable(record.text, author, reader, view),
        ...(view === undefined ? {} : { view }),
      };
    });
}
