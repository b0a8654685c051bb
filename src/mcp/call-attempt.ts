/** One attempt at a call, and what several of them come to together. Pure. */
import type { ConnectionCallResult } from './mcp-connection.ts';
import type { ServerCallResult } from './server-call-result.ts';

export interface CallAttempt extends ConnectionCallResult {
  /** What went wrong, where all calls that were under way suffer from the same thing. */
  readonly incident?: unknown;
}

/**
 * A call of which an earlier attempt may have happened may have happened, whatever the last one says. What `before` came
 * to stands then, with the count of the last one.
 */
export function inAll(before: CallAttempt | undefined, last: CallAttempt): CallAttempt {
  if (before?.outcome !== 'unknown' || last.outcome !== 'failed') return last;
  return { ...before, ...(last.served === undefined ? {} : { served: last.served }) };
}

/** What whoever made the call is told. */
export function callResult(attempt: CallAttempt): ServerCallResult {
  const { serverFault: _, notSent: __, incident: ___, ...result } = attempt;
  return result;
}

/** Size of what a server gave back: characters of its texts, and of its binary data as base64. */
export function contentLength(content: ServerCallResult['content']): number {
  return content.reduce((sum, part) => {
    const text = part.type === 'text' || part.type === 'resource' ? (part.text ?? '').length : 0;
    return sum + text + (part.type === 'text' ? 0 : (part.data ?? '').length);
  }, 0);
}
