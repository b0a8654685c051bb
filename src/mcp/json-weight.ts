/**
 * How much work a text of JSON is for whoever reads it: the number of its separators and brackets. Ten megabytes of text
 * are read in milliseconds, ten megabytes of empty lists keep the whole process standing for seconds. Counted in time
 * linear in the length, in pieces as they come; strings are jumped over.
 */

/** More than any list of tools and any answer that a model could use; reading it takes no fifth of a second. */
export const maxJsonWeight = 250_000;

const quote = 34;
const backslash = 92;

export class JsonWeight {
  #weight = 0;
  #inString = false;
  /** The last piece ended in a string with an odd number of backslashes: what comes first is escaped. */
  #escaped = false;

  get weight(): number {
    return this.#weight;
  }

  /** What came so far was one message; the next one starts. */
  reset(): void {
    this.#weight = 0;
    this.#inString = false;
    this.#escaped = false;
  }

  add(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) at = this.#inString ? this.#skip(bytes, at) : this.#count(bytes, at);
  }

  /** Returns where it goes on: behind the quote that opens a string, or at the end. */
  #count(bytes: Uint8Array, from: number): number {
    let weight = 0;
    let at = from;
    for (; at < bytes.length && !this.#inString; at += 1) {
      switch (bytes[at]) {
        case quote:
          this.#inString = true;
          break;
        // , : [ {
        case 44:
        case 58:
        case 91:
        case 123:
          weight += 1;
          break;
        default:
      }
    }
    this.#weight += weight;
    return at;
  }

  /** Returns where it goes on: behind the quote that closes the string, or at the end. */
  #skip(bytes: Uint8Array, from: number): number {
    let start = from;
    if (this.#escaped) start += 1;
    this.#escaped = false;
    for (let end = bytes.indexOf(quote, start); end !== -1; end = bytes.indexOf(quote, end + 1)) {
      if (backslashesBefore(bytes, end, start) % 2 === 1) continue;
      this.#inString = false;
      return end + 1;
    }
    this.#escaped = backslashesBefore(bytes, bytes.length, start) % 2 === 1;
    return bytes.length;
  }
}

function backslashesBefore(bytes: Uint8Array, end: number, start: number): number {
  let at = end;
  while (at > start && bytes[at - 1] === backslash) at -= 1;
  return end - at;
}
