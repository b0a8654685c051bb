/**
 * Texts on their way into a log line: secrets are masked first, then what is too long is cut, at a border between
 * characters. Of a long text only the beginning is looked at, with so much more than is kept that a secret at the cut
 * is still seen whole. Binary content is told by its size and hash only. Counts what it did until it is asked.
 */
import { hash } from 'node:crypto';

export interface CleanerCounts {
  /** Texts in which something was masked. */
  readonly redactions: number;
  readonly cut: boolean;
}

/** What looks like a secret may be this long, in characters; of longer ones the beginning is enough to tell. */
const shortestMargin = 4_096;
/** Names and keys come again and again. */
const remembered = 2_000;
const longestRemembered = 100;
/** Binary content in an ordinary text is rarely shorter. */
const shortestBinary = 512;
/** Above this, the hash of binary content would cost more than the line. */
const largestHashed = 1_400_000;

const base64 = /^[A-Za-z0-9+/_-]+={0,2}$/u;
const dataUrl = /data:([\w.+-]{1,60}\/[\w.+-]{1,100})?[\w;=.+-]{0,100};base64,([A-Za-z0-9+/_%-]{64,}=*)/gu;

export class TextCleaner {
  readonly #redact: (text: string) => string;
  readonly #names = new Map<string, string>();
  readonly #margin: number;
  #redactions = 0;
  #cuts = 0;

  constructor(redact: (text: string) => string, longestSecret: number) {
    this.#redact = redact;
    this.#margin = Math.max(shortestMargin, longestSecret);
  }

  /** Grows with every text of which something is not shown. */
  get changes(): number {
    return this.#redactions + this.#cuts;
  }

  /** `text` with at most `limit` characters and a mark behind them where some are missing. */
  text(text: string, limit: number): string {
    const binary = asBinary(text);
    if (binary !== undefined) {
      this.#cuts += 1;
      return binary;
    }
    const whole = withoutDataUrls(text);
    const isLong = whole.length > limit + this.#margin;
    const looked = isLong ? whole.slice(0, limit + this.#margin) : whole;
    let clean = this.#redact(looked);
    if (clean !== looked) this.#redactions += 1;
    // What stands at the end of the part that was looked at may be half a secret.
    if (isLong) clean = clean.slice(0, Math.max(0, clean.length - this.#margin));
    if (!isLong && clean.length <= limit) return clean;
    this.#cuts += 1;
    return `${cutText(clean, limit)}…`;
  }

  /** A text that, when it is short, comes again and again: a name of a tool, a key, a path. */
  name(name: string, limit: number = longestRemembered): string {
    if (name.length > longestRemembered || name.length > limit) return this.text(name, limit);
    let clean = this.#names.get(name);
    if (clean === undefined) {
      clean = this.#redact(withoutDataUrls(name));
      if (this.#names.size >= remembered) this.#names.clear();
      this.#names.set(name, clean);
    }
    if (clean !== name) this.#redactions += 1;
    return clean;
  }

  /** For whoever leaves something out. */
  noteCut(): void {
    this.#cuts += 1;
  }

  /** A value that is masked for its name. */
  noteRedaction(): void {
    this.#redactions += 1;
  }

  /** What was done since it was last asked. */
  takeCounts(): CleanerCounts {
    const counts = { redactions: this.#redactions, cut: this.#cuts > 0 };
    this.#redactions = 0;
    this.#cuts = 0;
    return counts;
  }
}

/** At most `limit` characters, none cut in half. */
export function cutText(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const last = text.charCodeAt(limit - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? limit - 1 : limit);
}

/** Binary content as people read of it. `data` is base64. */
export function binaryText(type: string, data: string): string {
  const padding = data.endsWith('==') ? 2 : data.endsWith('=') ? 1 : 0;
  const bytes = Math.floor((data.length * 3) / 4) - padding;
  const digest =
    data.length > largestHashed
      ? ''
      : ` sha256:${hash('sha256', Buffer.from(data, 'base64'), 'hex').slice(0, 16)}`;
  return `<${type} ${sizeText(bytes)}${digest}>`;
}

/** The type is the server's own word. */
export function mimeTypeText(type: unknown): string {
  return typeof type === 'string' && /^[\w.+-]{1,60}\/[\w.+-]{1,100}$/u.test(type)
    ? type
    : 'application/octet-stream';
}

function sizeText(bytes: number): string {
  if (bytes < 1_024) return `${bytes} B`;
  return bytes < 1_048_576 ? `${Math.round(bytes / 1_024)} KB` : `${(bytes / 1_048_576).toFixed(1)} MB`;
}

/** A text that is nothing but base64, as far as one can tell: it has all kinds of characters and no space. */
function asBinary(text: string): string | undefined {
  if (text.length < shortestBinary) return undefined;
  const beginning = text.slice(0, shortestBinary);
  if (!base64.test(beginning) || !/\d/u.test(beginning)) return undefined;
  if (!/[a-z]/u.test(beginning) || !/[A-Z]/u.test(beginning) || !base64.test(text)) return undefined;
  return binaryText('base64', text);
}

function withoutDataUrls(text: string): string {
  if (!text.includes(';base64,')) return text;
  return text.replaceAll(dataUrl, (_, type: string | undefined, data: string) =>
    binaryText(mimeTypeText(type), data),
  );
}
