/**
 * What a call came to that gave no result. Only what surely never reached the tool is `failed`; whatever may have
 * happened is `unknown`, so that nobody repeats it without looking.
 */
import type { ProtocolError, SdkHttpError } from '@modelcontextprotocol/client';
import { errorMessage } from '../errors/error-message.ts';
import { mcpErrors } from '../errors/mcp-errors.ts';
import type { CallOutcome } from '../events/call-outcome.ts';
import type { EventError } from '../events/run-event.ts';
import type { ServerCallResult } from './server-call-result.ts';
import { tooLongCode } from './too-long-message.ts';

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
    if (error.code === tooLongCode)
      return failure('unknown', eventError(mcpErrors.messageTooLong, error.message));
    return failure(
      refusals.has(error.code) ? 'failed' : 'tool_error',
      eventError(mcpErrors.callFailed, error.message),
    );
  }
  const outcome = neverReached(sdk, error) ? 'failed' : 'unknown';
  return failure(outcome, lost ?? eventError(mcpErrors.callFailed, causes(error)));
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

/** The message with those of its causes: `fetch failed` alone says nothing. A body of a server is cut. */
function causes(error: unknown): string {
  const messages = [errorMessage(error)];
  for (
    let cause = error instanceof Error ? error.cause : undefined;
    cause instanceof Error;
    cause = cause.cause
  ) {
    messages.push(cause.message);
  }
  return messages
    .filter((message) => message !== '')
    .join(': ')
    .slice(0, 500);
}

function eventError(definition: (typeof mcpErrors)[keyof typeof mcpErrors], detail: string): EventError {
  const { code, title, hint } = definition;
  return { code, message: `${title}: ${detail.slice(0, 2_000)}`, hint };
}
