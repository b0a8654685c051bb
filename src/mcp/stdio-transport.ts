/**
 * The stdio transport under the official client: one JSON-RPC message a line over a child we supervise. Lines
 * that are no messages (banners, prints) are skipped and reported; a message over the limit costs only itself. However
 * much a server sends, others get their turn between; one that sends nothing but junk is ended.
 */
import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/client';
import { errorMessage } from '../errors/error-message.ts';
import type { Clock } from '../events/clock.ts';
import type { Child, LaunchSpec, SpawnChild } from '../process/child.ts';
import { closeChild } from '../process/close-child.ts';
import { settledWithin } from '../process/settled-within.ts';
import { LineSplitter, type DroppedLine } from './line-splitter.ts';
import { maxMessageBytes } from './max-message-bytes.ts';
import { readMessage } from './read-message.ts';
import { tooLongAnswer, tooLongRefusal } from './too-long-message.ts';

/** How much of a server's stderr is kept to explain its end, in characters. */
const stderrTailLength = 4_096;
/** How long what a server said before its end may take to arrive, in milliseconds. */
const drainMs = 500;
/** Read in one go; a piece of that size with more lines is followed by a pause in which other work gets its turn. */
const atOnce = { bytes: 16 * 1024, lines: 50 };
/** Lines of junk that are reported one by one, of each piece that was read. */
const noiseAtOnce = 20;
/** A server that prints more than this between two messages is broken beyond use. */
const mostNoise = { lines: 1_000_000, bytes: 1024 * 1024 * 1024 };
/** Of what we have to say to a server, this much waits at most until it is read. */
const mostUnread = 32 * 1024 * 1024;

export interface StdioTransportOptions {
  readonly launch: LaunchSpec;
  readonly spawn: SpawnChild;
  readonly clock: Clock;
  /** A line on stdout that is not a message, cut at 200 characters, or a note on one that was too long. */
  readonly onNoise?: (line: string) => void;
  /** A piece of what it wrote to stderr, as it came. */
  readonly onStderr?: (text: string) => void;
}

export class StdioTransport implements Transport {
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  onmessage?: (<T extends JSONRPCMessage>(message: T) => void) | undefined;

  readonly #options: StdioTransportOptions;
  #starting: Promise<Child> | undefined;
  #child: Child | undefined;
  #stderr = '';
  /** Lines in the piece that is being read, and how many of them were junk. */
  #read = { lines: 0, noise: 0 };
  /** What came since the last message. */
  #noise = { lines: 0, bytes: 0 };
  #flooded: string | undefined;
  #ended: Promise<void> = Promise.resolve();
  #closing: Promise<void> | undefined;
  #closeError: unknown;

  constructor(options: StdioTransportOptions) {
    this.#options = options;
  }

  /** Undefined before the start. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** The end of what the server wrote to stderr. */
  get stderrTail(): string {
    return this.#stderr.trim();
  }

  /** Resolves when it has ended or cannot answer any more, and what it said before was read. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  /** Why the server could not be ended; undefined when it was. */
  get closeError(): unknown {
    return this.#closeError;
  }

  /** Set when it was given up because it sent nothing but junk. */
  get flooded(): string | undefined {
    return this.#flooded;
  }

  async start(): Promise<void> {
    this.#starting = this.#options.spawn(this.#options.launch);
    const child = await this.#starting;
    this.#child = child;
    const lines = new LineSplitter(
      maxMessageBytes,
      (line) => this.#receive(line),
      (dropped) => this.#drop(dropped, `of ${dropped.bytes} bytes`),
    );
    child.stdout.on('data', (chunk: Buffer) => this.#take(child, lines, chunk));
    child.stderr.setEncoding('utf8');
    child.stderr.on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-stderrTailLength);
      this.#options.onStderr?.(text);
    });
    child.stdout.on('error', (error: Error) => this.onerror?.(error));
    child.stderr.on('error', (error: Error) => this.onerror?.(error));
    this.#ended = this.#end(child);
  }

  /** True when all of it was read; else the stream waits until it is. */
  #take(child: Child, lines: LineSplitter, chunk: Buffer): boolean {
    for (let from = 0; from < chunk.length; from += atOnce.bytes) {
      // Nothing more is read of a flood, not even what lies in our own buffers.
      if (this.#flooded !== undefined) return true;
      this.#takePiece(child, lines, chunk.subarray(from, from + atOnce.bytes));
      if (this.#read.lines <= atOnce.lines) continue;
      const rest = chunk.subarray(from + atOnce.bytes);
      child.stdout.pause();
      setImmediate(() => {
        if (this.#take(child, lines, rest)) child.stdout.resume();
      });
      return false;
    }
    return true;
  }

  #takePiece(child: Child, lines: LineSplitter, piece: Buffer): void {
    this.#read = { lines: 0, noise: 0 };
    this.#noise.bytes += piece.length;
    lines.push(piece);
    const more = this.#read.noise - noiseAtOnce;
    if (more > 0) this.#options.onNoise?.(`${more} more lines that are no messages`);
    if (this.#noise.lines <= mostNoise.lines && this.#noise.bytes <= mostNoise.bytes) return;
    const megabytes = Math.ceil(this.#noise.bytes / 1024 / 1024);
    const inLines = this.#noise.lines > 0 ? ` in ${this.#noise.lines} lines` : '';
    this.#flooded = `it printed ${megabytes} MB${inLines} without one message`;
    child.signal('SIGKILL');
  }

  /** A server that ended or closed its output cannot answer any more. What it said before is read first. */
  async #end(child: Child): Promise<void> {
    const said = Promise.all([closed(child.stdout), closed(child.stderr), child.exited]);
    await Promise.race([closed(child.stdout), child.exited]);
    await settledWithin(this.#options.clock, drainMs, said);
    this.onclose?.();
  }

  #receive(line: string): void {
    this.#read.lines += 1;
    const text = line.trim();
    if (text === '') return;
    const read = readMessage(text);
    switch (read.type) {
      case 'message':
        this.#noise = { lines: 0, bytes: 0 };
        this.#deliver(read.message);
        break;
      case 'noise':
        this.#skip(text);
        break;
      case 'too_heavy':
        this.#drop(
          { bytes: text.length, head: text.slice(0, 256), tail: text.slice(-256) },
          `with ${read.weight} values`,
        );
        break;
      default:
        read satisfies never;
    }
  }

  #skip(text: string): void {
    this.#read.noise += 1;
    this.#noise.lines += 1;
    if (this.#read.noise <= noiseAtOnce) this.#options.onNoise?.(text.slice(0, 200));
  }

  /** `how`: in which way it is over the limit. */
  #drop(dropped: DroppedLine, how: string): void {
    this.#options.onNoise?.(`a message ${how} was dropped: over the limit`);
    const answer = tooLongAnswer(dropped, how);
    const refusal = tooLongRefusal(dropped, how);
    if (answer !== undefined) this.#deliver(answer);
    else if (refusal !== undefined)
      this.send(refusal).catch((error: unknown) => this.#options.onNoise?.(errorMessage(error)));
  }

  #deliver(message: JSONRPCMessage): void {
    try {
      this.onmessage?.(message);
    } catch (error) {
      // A message the client cannot take, such as one nested too deeply, must not end our process.
      this.onerror?.(error instanceof Error ? error : new Error(errorMessage(error)));
    }
  }

  send(message: JSONRPCMessage): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.stdin.destroyed || child.stdin.writableEnded) {
      return Promise.reject(unsent('the server is not running'));
    }
    if (child.stdin.writableLength > mostUnread) {
      return Promise.reject(unsent('the server does not read what it is sent'));
    }
    return new Promise((resolve, reject) => {
      child.stdin.write(`${JSON.stringify(message)}\n`, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }

  /** Never rejects, because the client also calls it where nobody listens; see `closeError`. */
  close(): Promise<void> {
    this.#closing ??= this.#close().catch((error: unknown) => {
      this.#closeError = error;
    });
    return this.#closing;
  }

  async #close(): Promise<void> {
    // A child that is being started is there a moment later, and must not be forgotten.
    const child = await this.#starting?.catch(() => undefined);
    if (child === undefined) return;
    await closeChild(child, this.#options.clock);
    // Somebody who left the group may still hold the other ends; that must not keep our process alive.
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
    await this.#ended;
  }
}

function closed(stream: NodeJS.ReadableStream): Promise<void> {
  return new Promise((resolve) => {
    stream.once('close', resolve);
  });
}

/** The code is that of the system for what never left our process. */
function unsent(message: string): Error {
  return Object.assign(new Error(message), { code: 'EPIPE' });
}
