/**
 * The stdio transport under the official client: one JSON-RPC message a line over a child we supervise. Lines
 * that are no messages (banners, prints) are skipped and reported; a message over the limit costs only itself.
 */
import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/client';
import type { Clock } from '../events/clock.ts';
import type { Child, LaunchSpec, SpawnChild } from '../process/child.ts';
import { closeChild } from '../process/close-child.ts';
import { LineSplitter } from './line-splitter.ts';

/** Largest message taken from a server, in bytes. */
const maxMessageBytes = 10 * 1024 * 1024;
/** How much of a server's stderr is kept to explain its end. */
const stderrTailBytes = 4_096;

export interface StdioTransportOptions {
  readonly launch: LaunchSpec;
  readonly spawn: SpawnChild;
  readonly clock: Clock;
  /** A line on stdout that is not a message, cut at 200 characters, or a note on one that was too long. */
  readonly onNoise?: (line: string) => void;
}

export class StdioTransport implements Transport {
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  onmessage?: (<T extends JSONRPCMessage>(message: T) => void) | undefined;

  readonly #options: StdioTransportOptions;
  #child: Child | undefined;
  #stderr = '';
  #closing: Promise<void> | undefined;

  constructor(options: StdioTransportOptions) {
    this.#options = options;
  }

  /** The end of what the server wrote to stderr. */
  get stderrTail(): string {
    return this.#stderr.trim();
  }

  async start(): Promise<void> {
    const child = await this.#options.spawn(this.#options.launch);
    this.#child = child;
    const lines = new LineSplitter(
      maxMessageBytes,
      (line) => this.#receive(line),
      (bytes) => this.#options.onNoise?.(`a message of ${bytes} bytes was dropped: over the limit`),
    );
    child.stdout.on('data', (chunk: Buffer) => lines.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString('utf8')).slice(-stderrTailBytes);
    });
    child.stdout.on('error', (error: Error) => this.onerror?.(error));
    child.stderr.on('error', (error: Error) => this.onerror?.(error));
    void child.exited.then(() => this.onclose?.());
  }

  #receive(line: string): void {
    const text = line.trim();
    if (text === '') return;
    const message = parseMessage(text);
    if (message === undefined) this.#options.onNoise?.(text.slice(0, 200));
    else this.onmessage?.(message);
  }

  send(message: JSONRPCMessage): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.stdin.destroyed || child.stdin.writableEnded) {
      return Promise.reject(new Error('the server is not running'));
    }
    return new Promise((resolve, reject) => {
      child.stdin.write(`${JSON.stringify(message)}\n`, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }

  close(): Promise<void> {
    this.#closing ??= (async () => {
      if (this.#child !== undefined) await closeChild(this.#child, this.#options.clock);
    })();
    return this.#closing;
  }
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
