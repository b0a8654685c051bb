/**
 * Masks what looks like a secret, for everything that leaves the program towards people: terminal, logs, NDJSON.
 * Never used on the journal, on answers or on files, because a mask there would destroy work. Patterns are those of
 * well-known providers and of key-value pairs whose key says that the value is secret. Every pattern takes time that
 * grows with the text and no faster: what it looks for is bounded, or cannot start again inside of what it has seen.
 */
export const mask = '[masked]';

/** Names of what is secret, at the end of a name: `OPENAI_API_KEY`, `refresh-token`, `password`. */
const secretNames =
  '(?:api[_-]?key|access[_-]?key|account[_-]?key|private[_-]?key|secret[_-]?key|token|secret|password|passwd|passphrase|pwd)';

/** Keys of well-known providers. Each has a digit somewhere, which tells it from a word with hyphens. */
const tokens: readonly RegExp[] = [
  /\b(?:sk|rk|pk)-[A-Za-z0-9_-]{16,}/gu,
  /\b(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,}/gu,
  /\bgh[pousr]_[A-Za-z0-9]{20,}/gu,
  /\bgithub_pat_[A-Za-z0-9_]{20,}/gu,
  /\bglpat-[A-Za-z0-9_-]{16,}/gu,
  /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/gu,
  /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/gu,
  /\bAIza[A-Za-z0-9_-]{30,}/gu,
  /\b(?:gsk|csk|xai|nvapi|hf|npm|tvly|ntn)[-_][A-Za-z0-9_-]{16,}/gu,
  /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?/gu,
];

const privateKey = /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]*(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?/gu;
const scheme = /\b(Bearer|Basic)(\s+)([A-Za-z0-9._~+/=-]{12,})/giu;
const pair = new RegExp(
  `(${secretNames})(\\\\?["']?)(\\s*[:=]\\s*)(\\\\?["']?)([^\\s"'\\\\,;{}()<>&]{8,})(\\()?`,
  'giu',
);
const signature = /([?&](?:sig|signature|x-amz-signature)=)[^&\s"'\\]{8,}/giu;
const urlPassword = /(\b[a-z][a-z0-9+.-]{0,30}:\/\/[^/\s:@"']*:)[^/\s@"']+@/giu;
const secretName = new RegExp(`${secretNames}$`, 'iu');

export function redactText(text: string): string {
  let clean = text.replace(privateKey, mask);
  for (const token of tokens) clean = clean.replace(token, (found) => (/\d/u.test(found) ? mask : found));
  return clean
    .replace(scheme, (found, name: string, space: string, value: string) =>
      // "Basic understanding" and the like are words.
      /[\d=]/u.test(value) ? `${name}${space}${mask}` : found,
    )
    .replace(pair, maskPair)
    .replace(signature, `$1${mask}`)
    .replace(urlPassword, `$1${mask}@`);
}

/** True for names whose value is secret whatever it looks like. */
export function isSecretName(name: string): boolean {
  return secretName.test(name);
}

/** Code such as `token = readToken(file)` and prose such as "the secret: patience" stay as they are. */
function maskPair(
  found: string,
  name: string,
  quote: string,
  between: string,
  open: string,
  value: string,
  call: string | undefined,
): string {
  if (call !== undefined) return found;
  const isAssigned = between === '=';
  return open !== '' || isAssigned || /\d/u.test(value) ? `${name}${quote}${between}${open}${mask}` : found;
}
