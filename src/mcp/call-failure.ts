/**
 * What a call came to that gave no result. Only what surely never reached the tool is `failed`; whatever may have
 * happened is `unknown`, so that nobody repeats it without looking.
 */
import type { ProtocolError, SdkHttpError } from '@modelcontextprotocol/client';

import { errorMessage } from '../errors/error-message.ts';
import { mcpErrors } from '../errors/mcp-errors.ts';
import type { CallOutcome } from '../events/call-outcome.ts';
import type { EventError } from '../events/run-event.ts';
import { AnswerCutOff, cutOffReason, type CutOffReason } from './answer-cut-off.ts';
import { failureReason } from './failure-reason.ts';
import type { ServerCallResult } from './server-call-result.ts';

/** The classes of the client, handed in because it is loaded late. */
export interface SdkErrors {
  readonly ProtocolError: typeof ProtocolError;
  readonly SdkHttpError: typeof SdkHttpError;
}

export interface CallEnd {
  readonly error: unknown;
  /** Given up by whoever made the call. */
  readonly aborted: boolean;
  readonly timedOut: boolean;
  /** Set when the connection was lost. */
  readonly lost: EventError | undefined;
}

export function callFailure(sdk: SdkErrors, end: CallEnd): ServerCallResult {
  const { error, lost } = end;
  if (end.aborted)
    return failure('cancelled', eventError(mcpErrors.callFailed, 'given up before an answer came'));
  if (end.timedOut) return failure('unknown', eventError(mcpErrors.callTimeout, errorMessage(error)));
  if (error instanceof sdk.ProtocolError) {
    const reason = cutOffReason(error.code);
    if (reason !== undefined) return cutOff(reason, error.message);
    return failure(
      refusals.has(error.code) ? 'failed' : 'tool_error',
      eventError(mcpErrors.callFailed, error.message),
    );
  }
  if (error instanceof AnswerCutOff) return cutOff(error.reason, error.message);
  const outcome = neverReached(sdk, error) ? 'failed' : 'unknown';
  const { text, hint } = failureReason(error);
  return failure(outcome, lost ?? eventError(mcpErrors.callFailed, text, hint ?? unclear(outcome)));
}

/** An answer of which we did not read the end. */
function cutOff(reason: CutOffReason, message: string): ServerCallResult {
  switch (reason) {
    case 'too_long':
      return failure('unknown', eventError(mcpErrors.messageTooLong, message));
    case 'silent':
      return failure('unknown', eventError(mcpErrors.callTimeout, message));
    case 'broken':
    case 'given_up':
      return failure('unknown', eventError(mcpErrors.callFailed, message, unclear('unknown')));
    case 'redirected':
      return failure(
        'failed',
        eventError(
          mcpErrors.callFailed,
          message,
          'If that is the server you mean, write its address as `url`.',
        ),
      );
    default:
      return reason satisfies never;
  }
}

/** What to do when the message is not the server's own. */
function unclear(outcome: CallOutcome): string {
  return outcome === 'unknown' ? mcpErrors.callTimeout.hint : 'The call was not made.';
}

/** The result of a call that gave none, with the reason for whoever made it. */
export function failure(outcome: CallOutcome, error: EventError): ServerCallResult {
  const text = error.hint === undefined ? error.message : `${error.message}\n${error.hint}`;
  return { outcome, content: [{ type: 'text', text }], error };
}

/** Answers of the protocol that come before the tool is looked for or started. */
const refusals: ReadonlySet<number> = new Set([-32_700, -32_600, -32_601, -32_602]);

/** What the system says when nothing, or no whole message, got to the other side. */
const unsentCodes: ReadonlySet<unknown> = new Set([
  'EPIPE',
  'ECANCELED',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_WRITE_AFTER_END',
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'NOT_CONNECTED',
  'SEND_FAILED',
]);

function neverReached(sdk: SdkErrors, error: unknown): boolean {
  if (error instanceof sdk.SdkHttpError) return error.status >= 400 && error.status < 500;
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (unsentCodes.has((cause as { readonly code?: unknown }).code)) return true;
    // What the client throws when it was closed before.
    if (cause.message === 'Not connected') return true;
  }
  return false;
}

function eventError(
  definition: (typeof mcpErrors)[keyof typeof mcpErrors],
  detail: string,
  hint: string = definition.hint,
): EventError {
  const { code, title } = definition;
  return { code, message: `${title}: ${detail.slice(0, 2_000)}`, hint };
}
