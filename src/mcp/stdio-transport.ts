/**
 * The stdio transport under the official client: one JSON-RPC message a line over a child we supervise. Lines
 * that are no messages (banners, prints) are skipped and reported; a message over the limit costs only itself.
 */
import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/client';
import { errorMessage } from '../errors/error-message.ts';
import type { Clock } from '../events/clock.ts';
import type { Child, LaunchSpec, SpawnChild } from '../process/child.ts';
import { closeChild } from '../process/close-child.ts';
import { settledWithin } from '../process/settled-within.ts';
import { LineSplitter } from './line-splitter.ts';
import { maxMessageBytes } from './max-message-bytes.ts';
import { tooLongAnswer } from './too-long-message.ts';

/** How much of a server's stderr is kept to explain its end, in characters. */
const stderrTailLength = 4_096;
/** How long what a server said before its end may take to arrive, in milliseconds. */
const drainMs = 500;

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
  #child: Child | undefined;
  #stderr = '';
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

  /** Why the server could not be ended; undefined when it was. */
  get closeError(): unknown {
    return this.#closeError;
  }

  async start(): Promise<void> {
    const child = await this.#options.spawn(this.#options.launch);
    this.#child = child;
    const lines = new LineSplitter(
      maxMessageBytes,
      (line) => this.#receive(line),
      (dropped) => {
        this.#options.onNoise?.(`a message of ${dropped.bytes} bytes was dropped: over the limit`);
        const answer = tooLongAnswer(dropped);
        if (answer !== undefined) this.#deliver(answer);
      },
    );
    child.stdout.on('data', (chunk: Buffer) => lines.push(chunk));
    child.stderr.setEncoding('utf8');
    child.stderr.on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-stderrTailLength);
      this.#options.onStderr?.(text);
    });
    child.stdout.on('error', (error: Error) => this.onerror?.(error));
    child.stderr.on('error', (error: Error) => this.onerror?.(error));
    this.#ended = this.#end(child);
  }

  /** A server that ended or closed its output cannot answer any more. What it said before is read first. */
  async #end(child: Child): Promise<void> {
    const said = Promise.all([closed(child.stdout), closed(child.stderr), child.exited]);
    await Promise.race([closed(child.stdout), child.exited]);
    await settledWithin(this.#options.clock, drainMs, said);
    this.onclose?.();
  }

  #receive(line: string): void {
    const text = line.trim();
    if (text === '') return;
    const message = parseMessage(text);
    if (message === undefined) this.#options.onNoise?.(text.slice(0, 200));
    else this.#deliver(message);
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
      return Promise.reject(Object.assign(new Error('the server is not running'), { code: 'EPIPE' }));
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
    const child = this.#child;
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

function parseMessage(text: string): JSONRPCMessage | undefined {
  if (!text.startsWith('{')) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Not a message: the caller reports the line as noise.
    return undefined;
  }
  const isMessage = typeof value === 'object' && value !== null && 'jsonrpc' in value;
  return isMessage ? (value as JSONRPCMessage) : undefined;
}
