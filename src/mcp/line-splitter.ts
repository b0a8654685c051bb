/**
 * Splits a byte stream into lines in time linear in its length: a chunk is looked at once, and pieces are joined
 * only when their line is complete. A line over the limit is dropped and reported, the stream goes on.
 */
export class LineSplitter {
  readonly #onLine: (line: string) => void;
  readonly #onTooLong: (bytes: number) => void;
  readonly #maxBytes: number;
  #pieces: Buffer[] = [];
  #length = 0;
  #dropping = false;

  constructor(
    maxBytes: number,
    onLine: (line: string) => void,
    onTooLong: (bytes: number) => void,
  ) {
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
    this.#length += piece.length;
    if (this.#length > this.#maxBytes) {
      this.#dropping = true;
      this.#pieces = [];
      return;
    }
    if (piece.length > 0) this.#pieces.push(piece);
  }

  #finishLine(): void {
    const length = this.#length;
    const pieces = this.#pieces;
    const dropped = this.#dropping;
    this.#pieces = [];
    this.#length = 0;
    this.#dropping = false;
    if (dropped) this.#onTooLong(length);
    else this.#onLine((pieces.length === 1 ? pieces[0] : Buffer.concat(pieces))?.toString('utf8') ?? '');
  }
}
