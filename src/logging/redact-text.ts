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
const secretName = new RegExp(`${secretNames}$`, 'iu');
/** Names that say it alone, but not at the end of others. */
const secretWord = /^(?:(?:proxy-)?authorization|(?:set-)?cookie|credentials?)$/iu;

/**
 * Keys of well-known providers. Each has a digit somewhere, which tells it from a word with hyphens. They may stand behind
 * an underscore, as in names that were put together; those that words begin with may not.
 */
const hyphenedTokens: readonly RegExp[] = [
  /(?<![A-Za-z0-9])(?:sk|rk|pk)-[A-Za-z0-9_-]{16,}/gu,
  /(?<![A-Za-z0-9])(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,}/gu,
  /(?<![A-Za-z0-9])gh[pousr]_[A-Za-z0-9]{20,}/gu,
  /(?<![A-Za-z0-9])github_pat_[A-Za-z0-9_]{20,}/gu,
  /(?<![A-Za-z0-9])glpat-[A-Za-z0-9_-]{16,}/gu,
  /(?<![A-Za-z0-9])xox[abeoprs]-[A-Za-z0-9-]{10,}/gu,
  /\b(?:gsk|csk|xai|nvapi|hf|npm|tvly|ntn)[-_][A-Za-z0-9_-]{16,}/gu,
];
const plainTokens: readonly RegExp[] = [
  /(?<![A-Za-z0-9])(?:AKIA|ASIA)[0-9A-Z]{16}\b/gu,
  /(?<![A-Za-z0-9])AIza[A-Za-z0-9_-]{30,}/gu,
  /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?/gu,
];
/** The least of any of them. */
const shortestToken = 15;
/** How each of the plain ones begins. */
const plainBeginnings = ['AKIA', 'ASIA', 'AIza', 'eyJ'];

const privateKey = /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]*(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?/gu;
const scheme = /\b(Bearer|Basic)(\s+)([A-Za-z0-9._~+/=-]{12,})/giu;
const pair = new RegExp(
  `(${secretNames})(\\\\?["']?)(\\s*[:=]\\s*)(\\\\?["']?)([^\\s"'\\\\,;{}()<>&]{8,})(\\()?`,
  'giu',
);
const signature = /([?&](?:sig|signature|x-amz-signature)=)[^&\s"'\\]{8,}/giu;
const urlPassword = /(\b[a-z][a-z0-9+.-]{0,30}:\/\/[^/\s:@"']*:)[^/\s@"']+@/giu;

/**
 * One kind of pattern. Most texts have nothing of what it needs to match at all, and looking for one character costs a
 * hundredth of the pattern. The condition may let too much through, never too little: a property in the tests.
 */
export interface RedactionStep {
  /** False only for texts that `apply` gives back as they are. */
  mayApply(traits: TextTraits): boolean;
  apply(text: string): string;
}

/** Looked for once in each text. No step adds any of it. */
export interface TextTraits {
  readonly text: string;
  readonly digit: boolean;
  readonly equals: boolean;
  readonly colon: boolean;
}

export const redactionSteps: readonly RedactionStep[] = [
  {
    mayApply: ({ text }) => text.includes('-----BEGIN '),
    apply: (text) => text.replace(privateKey, mask),
  },
  {
    mayApply: ({ text, digit }) => digit && text.length >= shortestToken && /[-_]/u.test(text),
    apply: (text) => maskTokens(text, hyphenedTokens),
  },
  {
    mayApply: ({ text, digit }) => digit && plainBeginnings.some((beginning) => text.includes(beginning)),
    apply: (text) => maskTokens(text, plainTokens),
  },
  {
    mayApply: ({ digit, equals }) => digit || equals,
    apply: (text) =>
      text.replace(scheme, (found, name: string, space: string, value: string) =>
        // "Basic understanding" and the like are words.
        /[\d=]/u.test(value) ? `${name}${space}${mask}` : found,
      ),
  },
  {
    mayApply: ({ colon, equals }) => colon || equals,
    apply: (text) => text.replace(pair, maskPair),
  },
  {
    mayApply: ({ equals }) => equals,
    apply: (text) => text.replace(signature, `$1${mask}`),
  },
  {
    mayApply: ({ text, colon }) => colon && text.includes('@') && text.includes('://'),
    apply: (text) => text.replace(urlPassword, `$1${mask}@`),
  },
];

export function redactText(text: string): string {
  const traits = textTraits(text);
  let clean = text;
  for (const step of redactionSteps) if (step.mayApply(traits)) clean = step.apply(clean);
  return clean;
}

function textTraits(text: string): TextTraits {
  return { text, digit: /\d/u.test(text), equals: text.includes('='), colon: text.includes(':') };
}

/** True for names whose value is secret whatever it looks like. */
export function isSecretName(name: string): boolean {
  return secretName.test(name) || secretWord.test(name);
}

function maskTokens(text: string, tokens: readonly RegExp[]): string {
  let clean = text;
  for (const token of tokens) clean = clean.replace(token, (found) => (/\d/u.test(found) ? mask : found));
  return clean;
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
