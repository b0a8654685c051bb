/**
 * Tells which of the lines that a program prints are the inside of a private key: none of them looks like a secret by
 * itself. The first line is let through, where the masking of texts sees what it is.
 */

/** Of a key; what goes on for longer is none. */
const mostLines = 200;

export class PrivateKeyLines {
  #left = 0;

  /** To be asked for each line, in order. */
  hides(line: string): boolean {
    if (this.#left > 0) {
      this.#left = line.includes('-----END') ? 0 : this.#left - 1;
      return true;
    }
    if (line.includes('PRIVATE KEY-----') && !line.includes('-----END')) this.#left = mostLines;
    return false;
  }
}
