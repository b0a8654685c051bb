/**
 * Why a server could not be reached or a call failed, in words of ours and of the system. Nothing that a server put
 * into the body of an answer gets in: it may be a stack trace with keys, or instructions for whoever reads it.
 */
import { errorMessage } from '../errors/error-message.ts';

export interface FailureReason {
  readonly text: string;
  /** What to do, where the failure itself tells. */
  readonly hint?: string;
}

export function failureReason(error: unknown): FailureReason {
  const http = httpFailure(error);
  if (http !== undefined) return http;
  const { code } = (error ?? {}) as { readonly code?: unknown };
  if (code === 'CLIENT_HTTP_UNEXPECTED_CONTENT') return unexpectedContent(error);
  const messages: string[] = [];
  const seen = new Set<unknown>();
  for (let cause = error; cause !== undefined && !seen.has(cause) && seen.size < 5; cause = causeOf(cause)) {
    seen.add(cause);
    messages.push(plainMessage(cause));
  }
  return {
    text: [...new Set(messages)]
      .filter((message) => message !== '')
      .join(': ')
      .slice(0, 500),
  };
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}

/** Parsers quote what they could not read. */
function plainMessage(error: unknown): string {
  if (error instanceof SyntaxError) return 'its answer is not valid JSON';
  if (error instanceof Error && /^\$?ZodError$/u.test(error.name))
    return 'its answer is no message of the protocol';
  return errorMessage(error);
}

/** The client keeps status and body of an answer in the error; the body is also in its message. */
function httpFailure(error: unknown): FailureReason | undefined {
  if (!(error instanceof Error) || error.name !== 'SdkHttpError') return undefined;
  const { status, statusText } = error as { readonly status?: unknown; readonly statusText?: unknown };
  if (typeof status !== 'number') return undefined;
  const phrase = typeof statusText === 'string' ? cleaned(statusText) : '';
  const hint = hintFor(status);
  return {
    text: `it answered HTTP ${status}${phrase === '' ? '' : ` ${phrase}`}`,
    ...(hint === undefined ? {} : { hint }),
  };
}

function hintFor(status: number): string | undefined {
  if (status >= 500) return 'The server itself failed; its own log says why. Try again later.';
  switch (status) {
    case 401:
      return 'It wants other credentials: check `headers` of the server.';
    case 403:
      return 'It refuses these credentials: check `headers` of the server and what they may do.';
    case 404:
      return 'Nothing is there: check `url` of the server, also whether it ends in a slash.';
    case 405:
    case 406:
    case 415:
      return 'It takes no calls there: check the path of `url`, and that the server speaks streamable HTTP.';
    case 413:
      return 'The call is too large for the server. Send less at a time.';
    case 429:
      return 'The server takes no more calls for now. Try again later.';
    default:
      return undefined;
  }
}

function unexpectedContent(error: unknown): FailureReason {
  const { data } = error as { readonly data?: { readonly contentType?: unknown } };
  const given = typeof data?.contentType === 'string' ? data.contentType : '';
  const type = /^[a-z0-9.+-]{1,40}\/[a-z0-9.+-]{1,40}/iu.exec(given)?.[0];
  if (type?.toLowerCase() === 'text/html') {
    return {
      text: 'it answered with a web page, not with a message of the protocol',
      hint: 'Check `url` of the server; a network that wants a login answers like this too.',
    };
  }
  return { text: `it answered with ${type ?? 'nothing known'}, not with a message of the protocol` };
}

/** No control characters, and not long. */
function cleaned(text: string): string {
  return text.replaceAll(/\p{C}/gu, '').trim().slice(0, 60);
}
