/**
 * A small OpenAI-compatible chat server on loopback for tests. A script decides what it does with each
 * request, faults included. Before that it checks the request as strictly as the strict ones among real
 * providers do, so that a client that passes here passes there; what it refuses is answered with 400.
 */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { type Clock, sleep } from '../events/clock.ts';
import { type ChatRequestBody, checkChatRequest } from './check-chat-request.ts';

export type { ChatRequestBody } from './check-chat-request.ts';

/** What the server does next with a request. Without a `finish` or an end, the reply is completed properly. */
export type ChatStep =
  | { readonly type: 'text' | 'reasoning'; readonly text: string }
  /** One piece of a tool call; pieces of one call share `index`. */
  | {
      readonly type: 'tool_call';
      readonly index: number;
      readonly id?: string;
      readonly name?: string;
      readonly arguments?: string;
    }
  | { readonly type: 'usage'; readonly usage: unknown }
  | { readonly type: 'finish'; readonly reason: string }
  /** Waits on the clock of the server. */
  | { readonly type: 'wait'; readonly ms: number }
  /** Sends nothing more until the client goes away. */
  | { readonly type: 'hang' }
  /** Destroys the connection. */
  | { readonly type: 'cut' }
  /** Ends the stream here, as it is. */
  | { readonly type: 'end' }
  /** Sends these characters as they are. */
  | { readonly type: 'raw'; readonly text: string }
  | { readonly type: 'event'; readonly data: unknown }
  /** Answers with this instead of a stream; only as the first step. */
  | {
      readonly type: 'answer';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: unknown;
    };

export interface RecordedChatRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: ChatRequestBody;
  /** Counts the connections of the server, from 1. */
  readonly connection: number;
  /** What a strict provider would refuse; such a request never reaches the script. */
  readonly problem?: string;
  /** How the exchange ended, once it has. */
  readonly ended: Promise<'answered' | 'client_closed' | 'cut'>;
}

/** `n` counts the requests that were well-formed, from 1. */
export type ChatScript = (
  body: ChatRequestBody,
  n: number,
) => readonly ChatStep[] | Promise<readonly ChatStep[]>;

export interface FakeChatServerOptions {
  readonly script: ChatScript;
  /** For `wait` steps; required when the script has any. */
  readonly clock?: Clock;
  /** When set, any other key is answered with 401. */
  readonly key?: string;
}

export interface FakeChatServer {
  /** `http://127.0.0.1:<port>/v1` */
  readonly baseUrl: string;
  readonly requests: readonly RecordedChatRequest[];
  close(): Promise<void>;
}

export async function startFakeChatServer(options: FakeChatServerOptions): Promise<FakeChatServer> {
  const requests: RecordedChatRequest[] = [];
  const connections = new Map<Socket, number>();
  let accepted = 0;

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = JSON.parse((await buffer(request)).toString()) as ChatRequestBody;
    const problem = checkChatRequest(body);
    const exchange = new Exchange(response, body, options.clock);
    requests.push({
      path: request.url ?? '',
      headers: request.headers,
      body,
      connection: connections.get(request.socket) ?? 0,
      ...(problem === undefined ? {} : { problem }),
      ended: exchange.ended,
    });
    if (options.key !== undefined && request.headers.authorization !== `Bearer ${options.key}`) {
      exchange.answer(
        401,
        {},
        { error: { message: 'Incorrect API key provided.', code: 'invalid_api_key' } },
      );
    } else if (problem !== undefined) {
      exchange.answer(400, {}, { error: { message: problem, type: 'invalid_request_error' } });
    } else {
      accepted += 1;
      await exchange.play(await options.script(body, accepted));
    }
  };

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      // A broken script is a broken test: the client sees it as an answer it cannot mistake.
      if (!response.headersSent) response.writeHead(418);
      response.end(`the script of the fake chat server failed: ${String(error)}`);
    });
  });
  server.on('connection', (socket) => void connections.set(socket, connections.size + 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    async close() {
      const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** One request being answered. */
class Exchange {
  readonly ended: Promise<'answered' | 'client_closed' | 'cut'>;
  private readonly gone = new AbortController();
  private readonly response: ServerResponse;
  private readonly body: ChatRequestBody;
  private readonly clock: Clock | undefined;
  private wasCut = false;

  constructor(response: ServerResponse, body: ChatRequestBody, clock: Clock | undefined) {
    this.response = response;
    this.body = body;
    this.clock = clock;
    this.ended = new Promise((resolve) => {
      response.once('close', () => {
        this.gone.abort();
        if (this.wasCut) resolve('cut');
        else resolve(response.writableFinished ? 'answered' : 'client_closed');
      });
    });
  }

  answer(status: number, headers: Readonly<Record<string, string>>, body: unknown): void {
    const text = typeof body === 'string' ? body : JSON.stringify(body ?? {});
    const type = typeof body === 'string' ? 'text/html; charset=utf-8' : 'application/json';
    this.response.writeHead(status, { 'content-type': type, ...headers }).end(text);
  }

  async play(steps: readonly ChatStep[]): Promise<void> {
    const first = steps[0];
    if (first?.type === 'answer') {
      this.answer(first.status, first.headers ?? {}, first.body);
      return;
    }
    this.response.writeHead(200, { 'content-type': 'text/event-stream' });
    this.response.flushHeaders();
    let finished = false;
    for (const step of steps) {
      if (this.gone.signal.aborted) return;
      finished ||= step.type === 'finish';
      if (await this.step(step)) return;
    }
    if (!finished) {
      this.chunk({}, steps.some((step) => step.type === 'tool_call') ? 'tool_calls' : 'stop');
    }
    if (this.body.stream_options?.include_usage === true && !steps.some((step) => step.type === 'usage')) {
      this.event({ choices: [], usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 } });
    }
    this.response.end('data: [DONE]\n\n');
  }

  /** True when nothing may follow. */
  private async step(step: ChatStep): Promise<boolean> {
    switch (step.type) {
      case 'text':
        this.chunk({ content: step.text });
        return false;
      case 'reasoning':
        this.chunk({ reasoning_content: step.text });
        return false;
      case 'tool_call': {
        const { index, id, name } = step;
        this.chunk({
          tool_calls: [{ index, id, type: 'function', function: { name, arguments: step.arguments } }],
        });
        return false;
      }
      case 'usage':
        this.event({ choices: [], usage: step.usage });
        return false;
      case 'finish':
        this.chunk({}, step.reason);
        return false;
      case 'wait':
        if (this.clock === undefined) throw new Error('a wait step needs the clock of the server');
        await sleep(this.clock, step.ms);
        return this.gone.signal.aborted;
      case 'hang':
        return true;
      case 'cut':
        // What was written must reach the client first, or a busy machine would lose it with the connection.
        await new Promise<void>((resolve) => this.response.write(': bye\n\n', () => resolve()));
        this.wasCut = true;
        this.response.destroy();
        return true;
      case 'end':
        this.response.end();
        return true;
      case 'raw':
        this.response.write(step.text);
        return false;
      case 'event':
        this.event(step.data);
        return false;
      case 'answer':
        throw new Error('an answer step must be the first');
      default:
        return step satisfies never;
    }
  }

  private chunk(delta: Record<string, unknown>, finish: string | null = null): void {
    this.event({ choices: [{ index: 0, delta, finish_reason: finish }] });
  }

  private event(data: unknown): void {
    const envelope = {
      id: 'chatcmpl-1',
      object: 'chat.completion.chunk',
      created: 1,
      model: this.body.model,
    };
    const isChunk = typeof data === 'object' && data !== null && 'choices' in data;
    this.response.write(`data: ${JSON.stringify(isChunk ? { ...envelope, ...data } : data)}\n\n`);
  }
}
