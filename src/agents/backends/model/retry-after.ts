const longestMs = 365 * 86_400_000;

/**
 * How long a provider asks us to wait, from the headers of its answer: `retry-after-ms` (milliseconds), else
 * `retry-after` (seconds, or an HTTP date). Undefined when it does not say, or says something unreadable; never more
 * than a year.
 */
export function retryAfterMs(
  headers: Readonly<Record<string, string>> | undefined,
  nowMs: number,
): number | undefined {
  const asked = askedMs(headers, nowMs);
  return asked === undefined ? undefined : Math.min(asked, longestMs);
}

function askedMs(headers: Readonly<Record<string, string>> | undefined, nowMs: number): number | undefined {
  const milliseconds = parseNumber(headers?.['retry-after-ms']);
  if (milliseconds !== undefined) return milliseconds;
  const written = headers?.['retry-after']?.trim();
  if (written === undefined || written === '') return undefined;
  const seconds = parseNumber(written);
  if (seconds !== undefined) return seconds * 1_000;
  const date = /[a-z]/iu.test(written) ? Date.parse(written) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}

function parseNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*\d+(?:\.\d+)?\s*$/u.test(text) ? Number(text) : undefined;
}
