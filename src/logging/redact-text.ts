/**
 * Masks what looks like a secret, for everything that leaves the program towards people: terminal, logs, NDJSON.
 * Never used on the journal, on answers or on files, because a mask there would destroy work. Patterns are those of
 * well-known providers and of key-value pairs whose key says that the value is secret.
 */
const mask = '[masked]';

const tokens: readonly RegExp[] = [
  /\b(?:sk|rk|pk)-(?:ant-|proj-|or-)?[A-Za-z0-9_-]{16,}/gu,
  /\bgh[pousr]_[A-Za-z0-9]{20,}/gu,
  /\bgithub_pat_[A-Za-z0-9_]{20,}/gu,
  /\bxox[abprs]-[A-Za-z0-9-]{10,}/gu,
  /\bAKIA[0-9A-Z]{16}\b/gu,
  /\bAIza[A-Za-z0-9_-]{30,}/gu,
  /\b(?:gsk|csk|xai|nvapi|hf)[-_][A-Za-z0-9_-]{16,}/gu,
  /\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{5,}/gu,
];

const bearer = /\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{12,}/gu;
const pairs =
  /((?:api[_-]?key|apikey|access[_-]?token|auth[_-]?token|client[_-]?secret|password|passwd|secret[_-]?key)\\?["']?\s*[:=]\s*\\?["']?)([^\s"'\\,;{}]{8,})/giu;
const urlPassword = /(\b[a-z][a-z0-9+.-]*:\/\/[^/\s:@"']+:)[^/\s@"']+@/giu;

export function redactText(text: string): string {
  let clean = text;
  for (const token of tokens) clean = clean.replace(token, mask);
  return clean
    .replace(bearer, `$1 ${mask}`)
    .replace(pairs, (_, key: string) => `${key}${mask}`)
    .replace(urlPassword, `$1${mask}@`);
}
