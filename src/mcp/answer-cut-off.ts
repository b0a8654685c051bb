/**
 * Why the answer of a server over HTTP was not read to its end. The client gets it as an error; to a call that waits
 * on an event stream it is told as an answer in the protocol, because the client does not end calls for a stream that
 * ended.
 */
import { tooLongCode } from './too-long-message.ts';

export type CutOffReason = 'too_long' | 'silent' | 'broken' | 'given_up' | 'redirected';

export class AnswerCutOff extends Error {
  override readonly name = 'AnswerCutOff';
  readonly reason: CutOffReason;

  constructor(reason: CutOffReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** Codes of the errors we put in the place of an answer; none of the protocol's own. */
const codes: Readonly<Record<CutOffReason, number>> = {
  too_long: tooLongCode,
  silent: -32_895,
  broken: -32_896,
  given_up: -32_897,
  redirected: -32_898,
};

/** The reason that one of our codes stands for. */
export function cutOffReason(code: number): CutOffReason | undefined {
  return (Object.keys(codes) as CutOffReason[]).find((reason) => codes[reason] === code);
}

/** The event that ends the stream of a request; whatever event was under way ends before it. `id` is JSON. */
export function cutOffEvent(id: string, reason: CutOffReason, message: string): string {
  const error = JSON.stringify({ code: codes[reason], message });
  return `\n\ndata: {"jsonrpc":"2.0","id":${id},"error":${error}}\n\n`;
}
