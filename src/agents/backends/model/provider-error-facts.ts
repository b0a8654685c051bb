/**
 * What can be read out of anything a provider's SDK throws or streams as an error: status, codes and the
 * provider's own words. Reads by shape, not by class, so that it also fits errors inside an event stream and
 * bodies that are not as documented (several providers send `message` at the top, or plain text, or a page).
 */
export interface ProviderErrorFacts {
  /** HTTP status; absent when there was no answer. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** The provider's own words, one line, at most 500 characters. */
  readonly words: string;
  /** Everything that may name the cause (codes, types, words), in lower case, for recognition only. */
  readonly evidence: string;
  /** The body of the answer was a web page. */
  readonly webPage: boolean;
  /** The provider itself said so, in an answer or in the middle of a stream. */
  readonly fromProvider: boolean;
  /** Name of the SDK's error class, where the SDK itself threw. */
  readonly sdkError?: string;
  /** Code of the system error behind it, such as ECONNREFUSED. */
  readonly systemCode?: string;
}

export function providerErrorFacts(thrown: unknown): ProviderErrorFacts {
  const error = record(thrown);
  const body = string(error['responseBody']) ?? '';
  const payload = innerError(parse(body)) ?? innerError(thrown);
  const system = systemError(thrown);
  const status = statusOf(error) ?? statusOf(payload ?? {});
  const webPage = /^\s*<(?:!doctype|html|head|body)/iu.test(body);
  const words = oneLine(
    (payload === undefined ? undefined : wordsOf(payload)) ??
      (webPage ? `a web page${pageTitle(body)}` : undefined) ??
      (body.trim() === '' ? undefined : body) ??
      (system === undefined ? undefined : `${system.code} ${system.message}`) ??
      string(error['message']) ??
      String(thrown),
  );
  const headers = error['responseHeaders'];
  return {
    ...(status === undefined ? {} : { status }),
    ...(isRecord(headers) ? { headers: headers as Record<string, string> } : {}),
    words,
    evidence: [payload?.['code'], payload?.['type'], words, webPage ? '' : body.slice(0, 20_000)]
      .filter((value) => typeof value === 'string')
      .join(' ')
      .toLowerCase(),
    webPage,
    fromProvider: payload !== undefined || status !== undefined,
    ...(thrown instanceof Error && thrown.name.startsWith('AI_') ? { sdkError: thrown.name } : {}),
    ...(system === undefined ? {} : { systemCode: system.code }),
  };
}

/** The object that holds `message`: the value itself or what is under `error`. */
function innerError(value: unknown): Record<string, unknown> | undefined {
  if (!isRecord(value) || value instanceof Error) return undefined;
  const inner = value['error'];
  if (typeof inner === 'string') return { ...value, message: inner };
  return isRecord(inner) ? inner : value;
}

function wordsOf(payload: Record<string, unknown>): string | undefined {
  const told = payload['message'] ?? payload['detail'] ?? payload['msg'];
  if (typeof told === 'string' && told.trim() !== '') return told;
  return told === undefined || told === null || told === '' ? undefined : JSON.stringify(told);
}

function statusOf(error: Record<string, unknown>): number | undefined {
  for (const value of [error['statusCode'], error['status'], error['code']]) {
    const status = typeof value === 'string' && /^\d{3}$/u.test(value) ? Number(value) : value;
    if (typeof status === 'number' && Number.isInteger(status) && status >= 200 && status < 600)
      return status;
  }
  return undefined;
}

/** The deepest error in the chain of causes that has a code of the network; `ERR_…` are faults of programs. */
function systemError(thrown: unknown): { code: string; message: string } | undefined {
  let found: { code: string; message: string } | undefined;
  let current = thrown;
  for (let depth = 0; depth < 10 && isRecord(current); depth += 1) {
    const code = current['code'];
    if (current instanceof Error && typeof code === 'string' && !/^ERR_(?!TLS|SSL)/u.test(code)) {
      found = { code, message: current.message.replaceAll(code, '').trim() };
    }
    current = current['cause'];
  }
  return found;
}

function pageTitle(page: string): string {
  const title = /<title[^>]*>([^<]{1,200})/iu.exec(page)?.[1];
  return title === undefined ? '' : ` titled "${title.trim()}"`;
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/gu, ' ').trim();
  return line.length <= 500 ? line : `${line.slice(0, 499).toWellFormed()}…`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // A body that is not JSON is read as text.
    return undefined;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const record = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {});
const string = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
