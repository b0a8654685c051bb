/**
 * Splits a byte stream into lines in time linear in its length: a chunk is looked at once, and pieces are joined
 * only when their line is complete. Of a line over the limit only its edges are kept; the stream goes on.
 */

/** What is known of a line that was dropped. */
export interface DroppedLine {
  readonly bytes: number;
  /** Its first and last characters. */
  readonly head: string;
  readonly tail: string;
}

const edgeBytes = 256;

export class LineSplitter {
  readonly #onLine: (line: string) => void;
  readonly #onTooLong: (line: DroppedLine) => void;
  readonly #maxBytes: number;
  #pieces: Buffer[] = [];
  #length = 0;
  /** Set while the line is too long. */
  #head: string | undefined;
  #tail = Buffer.alloc(0);

  constructor(maxBytes: number, onLine: (line: string) => void, onTooLong: (line: DroppedLine) => void) {
    this.#maxBytes = maxBytes;
    this.#onLine = onLine;
    this.#onTooLong = onTooLong;
  }

  push(chunk: Buffer): void {
    let from = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
      this.#take(chunk.subarray(from, end));
      this.#finishLine();
      from = end + 1;
    }
    if (from < chunk.length) this.#take(chunk.subarray(from));
  }

  #take(piece: Buffer): void {
    if (piece.length === 0) return;
    this.#length += piece.length;
    if (this.#length <= this.#maxBytes) {
      this.#pieces.push(piece);
      return;
    }
    const before = this.#head === undefined ? Buffer.concat(this.#pieces) : this.#tail;
    this.#head ??= Buffer.concat([before, piece]).toString('utf8', 0, edgeBytes);
    this.#tail = Buffer.concat([before, piece.subarray(-edgeBytes)]).subarray(-edgeBytes);
    this.#pieces = [];
  }

  #finishLine(): void {
    const pieces = this.#pieces;
    const dropped =
      this.#head === undefined
        ? undefined
        : { bytes: this.#length, head: this.#head, tail: this.#tail.toString('utf8') };
    this.#pieces = [];
    this.#length = 0;
    this.#head = undefined;
    this.#tail = Buffer.alloc(0);
    if (dropped !== undefined) {
      this.#onTooLong(dropped);
      return;
    }
    const [piece] = pieces;
    // Most lines come in one piece, and there may be very many of them.
    const line = piece !== undefined && pieces.length === 1 ? piece : Buffer.concat(pieces);
    this.#onLine(line.toString('utf8'));
  }
}
