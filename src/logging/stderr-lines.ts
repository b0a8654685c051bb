/**
 * Puts the pieces of a server's stderr together to whole lines, because half a line may hold half a secret. A line
 * that does not end is cut; its rest is left out, and so is the inside of a private key.
 */
import { PrivateKeyLines } from './private-key-lines.ts';

const longestHeld = 65_536;

export class StderrLines {
  #held = '';
  /** The held line is too long, and its beginning was handed out. */
  #skipping = false;
  readonly #keys = new PrivateKeyLines();

  /** The lines that this piece ends. */
  add(piece: string): readonly string[] {
    const lines: string[] = [];
    let start = 0;
    for (let end = piece.indexOf('\n'); end >= 0; end = piece.indexOf('\n', start)) {
      this.#end(piece.slice(start, end), lines);
      start = end + 1;
    }
    this.#hold(piece.slice(start), lines);
    return lines;
  }

  /** What is left when nothing more comes. */
  end(): readonly string[] {
    const lines: string[] = [];
    if (this.#held !== '' || this.#skipping) this.#end('', lines);
    return lines;
  }

  #end(rest: string, lines: string[]): void {
    const text = `${this.#held}${rest}`;
    this.#held = '';
    if (this.#skipping) {
      this.#skipping = false;
      return;
    }
    const line = text.endsWith('\r') ? text.slice(0, -1) : text;
    this.#give(line.slice(0, longestHeld), lines);
  }

  #hold(rest: string, lines: string[]): void {
    if (this.#skipping) return;
    this.#held += rest;
    if (this.#held.length <= longestHeld) return;
    this.#give(this.#held.slice(0, longestHeld), lines);
    this.#held = '';
    this.#skipping = true;
  }

  #give(text: string, lines: string[]): void {
    if (!this.#keys.hides(text) && text.trim() !== '') lines.push(text);
  }
}
