/**
 * The fetch for servers over HTTP, with limits on what comes back: the size of a message, silence, and no reading on
 * once the call was given up. Bodies of failures are dropped, all but one kind: they are no text for people.
 */
import type { Clock } from '../events/clock.ts';
import { AnswerCutOff, cutOffEvent } from './answer-cut-off.ts';
import { guardBody, type Bytes } from './guarded-body.ts';
import { measureAll, measureEvents } from './message-length.ts';
import { outgoingMessage } from './outgoing-message.ts';
import { refusedRedirect } from './refused-redirect.ts';
import { createReopenLimit } from './reopen-limit.ts';

export interface FetchLimits {
  /** Of one message: the whole body, of an event stream each event. */
  readonly maxBytes: number;
  /** How long a body may say nothing. */
  readonly readTimeoutMs: number;
  readonly clock: Clock;
}

/** Of the body of a failure. */
const maxFailureBytes = 65_536;

/** For the one transport of one connection. */
export function limitedFetch(inner: typeof fetch, limits: FetchLimits): typeof fetch {
  /** How to stop what answers a request, by the id of the request. */
  const underWay = new Map<string, (error: AnswerCutOff) => void>();
  const reopening = createReopenLimit(limits.clock);

  return async (input, init = {}) => {
    const { request, takesBack } = outgoingMessage(init.body);
    const isListening = init.method === 'GET';
    if (isListening && !reopening.mayOpen()) return new Response(null, { status: 405 });

    const stopper = new AbortController();
    const { signal } = init;
    const onAbort = (): void => stopper.abort(signal?.reason);
    if (signal?.aborted === true) onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
    const finish = (): void => {
      signal?.removeEventListener('abort', onAbort);
      if (request !== undefined) underWay.delete(request);
    };
    if (request !== undefined) underWay.set(request, (error) => stopper.abort(error));
    // The client tells the server that it gave a call up, and would read the answer all the same.
    if (takesBack !== undefined)
      underWay.get(takesBack)?.(new AnswerCutOff('given_up', 'the call was given up'));

    let response: Response;
    try {
      response = await inner(input, { ...init, signal: stopper.signal });
    } catch (error) {
      finish();
      throw error;
    }
    const redirect = refusedRedirect(input, init.method ?? 'GET', response);
    if (redirect !== undefined || response.body === null || !mayRead(response)) {
      finish();
      await discard(response);
      if (redirect !== undefined) throw new AnswerCutOff('redirected', redirect);
      return withBody(response, null);
    }

    const isStream = mediaType(response) === 'text/event-stream';
    const opened = isListening && isStream ? reopening.opened() : undefined;
    const { stream, cutOff } = guardBody(response.body, {
      ...limits,
      maxBytes: response.ok ? limits.maxBytes : Math.min(limits.maxBytes, maxFailureBytes),
      measure: isStream ? measureEvents() : measureAll(),
      lastWords({ reason, message }) {
        if (!isStream || reason === 'broken') return undefined;
        if (request !== undefined) return cutOffEvent(request, reason, message);
        // The client opens a stream that only listens again when it ends.
        return isListening && reason === 'silent' ? '' : undefined;
      },
      onEnd(how) {
        finish();
        opened?.ended(how?.reason);
      },
    });
    if (request !== undefined) underWay.set(request, cutOff);
    return withBody(response, stream);
  };
}

/** Of failures only the one is read that can be a message of the protocol or say that a session is over. */
function mayRead(response: Response): boolean {
  return response.ok || response.status === 400;
}

function mediaType(response: Response): string {
  return (response.headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

function withBody({ status, statusText, headers }: Response, body: ReadableStream<Bytes> | null): Response {
  // What a server sends there is not always what a new response takes.
  return new Response(body, { status, statusText: statusText.replaceAll(/[^ -~]/gu, ''), headers });
}

async function discard(response: Response): Promise<void> {
  try {
    await response.body?.cancel();
  } catch {
    // The connection broke meanwhile; nothing of it is wanted.
  }
}
