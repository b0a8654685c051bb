/**
 * One MCP server of a run, looked after: started when it is needed and once at a time, started again with pauses when
 * it was lost, held back by its breaker while it fails, ended when idle or when the run ends. Whatever it does, a call
 * comes back with an outcome, and what may have happened is never repeated by itself.
 */
import { setMaxListeners } from 'node:events';
import { errorMessage } from '../errors/error-message.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { mcpErrors } from '../errors/mcp-errors.ts';
import { sleep } from '../events/clock.ts';
import type { EventError } from '../events/run-event.ts';
import { settledWithin } from '../process/settled-within.ts';
import { createBreaker, type AdmittedCall, type Breaker } from './breaker.ts';
import { createBulkhead } from './bulkhead.ts';
import { callResult, contentLength, inAll, type CallAttempt } from './call-attempt.ts';
import { failure } from './call-failure.ts';
import { compareDiscovery, type ToolChanges } from './compare-discovery.ts';
import { startDeadline } from './deadline.ts';
import { createListReader } from './list-reader.ts';
import { connectServer, type McpConnection } from './mcp-connection.ts';
import type { McpServerOptions } from './mcp-server-options.ts';
import { reconnectDelay } from './reconnect-delay.ts';
import type { ServerCallResult } from './server-call-result.ts';
import type { ServerDiscovery } from './server-discovery.ts';
import type { ServerSpec } from './server-spec.ts';
import { untilAborted } from './until-aborted.ts';

/** Calls at once, and calls that may wait for their turn. */
const places = { running: 32, waiting: 256 };
/** A call that surely was not carried out, or does no harm twice, is sent this often at most. */
const mostAttempts = 3;
const firstPauseMs = 250;
const idleMs = 300_000;
/** Calls that are under way at the end get this long to come back. */
const drainMs = 2_000;

export interface ServerCall {
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** True for calls that are known to do no harm when they are made twice. */
  readonly repeatable: boolean;
  readonly signal: AbortSignal;
}

export class McpServer {
  readonly spec: ServerSpec;
  readonly #options: McpServerOptions;
  readonly #breaker: Breaker;
  readonly #bulkhead = createBulkhead(places);
  /** No new calls, starts or looks. */
  readonly #stopping = new AbortController();
  /** Calls that are still under way are given up. */
  readonly #cut = new AbortController();
  readonly #running = new Set<Promise<unknown>>();
  readonly #lists;
  /** Ends of connections that were given up while the run goes on. */
  readonly #ending = new Set<Promise<void>>();
  #discovery: ServerDiscovery | undefined;
  #connection: McpConnection | undefined;
  #connecting: Promise<McpConnection> | undefined;
  /** When it was started again. */
  #restarts: number[] = [];
  #startedOnce = false;
  #lastError: EventError | undefined;
  /** The last one that the breaker was told of. */
  #lastIncident: unknown;
  #ended: Promise<void> | undefined;
  #cancelIdle = (): void => undefined;

  constructor(spec: ServerSpec, options: McpServerOptions) {
    this.spec = spec;
    this.#options = options;
    // Each call under way listens.
    setMaxListeners(0, this.#cut.signal, this.#stopping.signal);
    this.#breaker = createBreaker({
      clock: options.clock,
      onChange: (state, retryInMs) => options.onBreaker(state, retryInMs, this.#lastError),
    });
    this.#lists = createListReader({
      clock: options.clock,
      signal: this.#stopping.signal,
      read: () => this.#readLists(),
      onFailed: options.onListFailed,
    });
  }

  /** Undefined before it is known; changes when the server says so. */
  get discovery(): ServerDiscovery | undefined {
    return this.#discovery;
  }

  /**
   * Gets to know what it offers: from memory, or by starting it. @throws MassGenError when it does not start.
   */
  async prepare(signal: AbortSignal): Promise<void> {
    if (this.#discovery !== undefined) return;
    const known = await this.#options.known();
    this.#stopping.signal.throwIfAborted();
    if (known === undefined) {
      await this.#connected(signal);
      return;
    }
    this.#discovery = known;
    await this.#options.onDeferred(known);
  }

  async call(call: ServerCall): Promise<ServerCallResult> {
    if (this.#stopping.signal.aborted) return this.#refused(mcpErrors.serverClosed, 0);
    const work = this.#call(call);
    this.#running.add(work);
    this.#cancelIdle();
    try {
      return await work;
    } finally {
      this.#running.delete(work);
      this.#watchIdle();
    }
  }

  /** Lets calls come back for a moment, then ends the server. Rejects when it could not be ended. */
  close(): Promise<void> {
    this.#ended ??= this.#end();
    return this.#ended;
  }

  async #end(): Promise<void> {
    this.#cancelIdle();
    this.#stopping.abort(new MassGenError(mcpErrors.serverClosed, { detail: this.spec.name }));
    await settledWithin(this.#options.clock, drainMs, Promise.allSettled(this.#running));
    this.#cut.abort(new MassGenError(mcpErrors.serverClosed, { detail: this.spec.name }));
    // Given up by the signals; each cleans up behind itself.
    await Promise.allSettled([this.#connecting, ...this.#running, this.#lists.settled()]);
    const connection = this.#connection;
    this.#connection = undefined;
    const ends = await Promise.allSettled([connection?.close(), ...this.#ending]);
    if (connection !== undefined && connection.lost === undefined)
      await this.#options.onStopped(connection, 'run_end');
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  }

  async #call(call: ServerCall): Promise<ServerCallResult> {
    const { clock } = this.#options;
    const asked = clock.monotonic();
    let leave: (() => void) | undefined;
    try {
      leave = await this.#bulkhead.enter(call.signal, this.#stopping.signal);
    } catch {
      // Given up while it waited, by its maker or because the run is over.
      return this.#refused(mcpErrors.callGivenUp, clock.monotonic() - asked, 'cancelled');
    }
    if (leave === undefined) return this.#refused(mcpErrors.serverBusy, 0);
    try {
      return await this.#attempts(call, asked);
    } finally {
      leave();
    }
  }

  async #attempts(call: ServerCall, asked: number): Promise<ServerCallResult> {
    const { clock, random } = this.#options;
    let before: CallAttempt | undefined;
    for (let attempt = 1; ; attempt += 1) {
      const admission = this.#breaker.admit();
      if (admission.type === 'held')
        return before === undefined ? this.#heldBack(admission.retryInMs, asked) : callResult(before);
      const last = await this.#once(call, asked, attempt);
      this.#learnFrom(last, admission);
      const result = inAll(before, last);
      before = result;
      const again = last.notSent || (last.serverFault && call.repeatable);
      if (!again || attempt >= mostAttempts || call.signal.aborted) return callResult(result);
      const pause = firstPauseMs * 2 ** (attempt - 1) * (0.5 + random());
      try {
        await sleep(clock, pause, AbortSignal.any([call.signal, this.#stopping.signal]));
      } catch {
        // Given up: what came of the last attempt stands.
        return callResult(result);
      }
    }
  }

  /** However many calls a crash or a failed start takes with it, it is one failure of the server. */
  #learnFrom({ outcome, serverFault, incident, error }: CallAttempt, call: AdmittedCall): void {
    if (outcome === 'cancelled') call.withdrawn();
    else if (!serverFault) call.succeeded();
    else if (incident !== undefined && incident === this.#lastIncident && !call.probe) call.withdrawn();
    else {
      this.#lastIncident = incident;
      this.#lastError = error;
      call.failed();
    }
  }

  async #once(call: ServerCall, asked: number, attempt: number): Promise<CallAttempt> {
    const { clock } = this.#options;
    const { name } = this.spec;
    let connection: McpConnection;
    try {
      connection = await this.#connected(call.signal);
    } catch (error) {
      const queueMs = clock.monotonic() - asked;
      const served = { server: name, attempts: attempt - 1, queueMs, serverMs: 0, resultLength: 0 };
      if (call.signal.aborted || this.#stopping.signal.aborted) {
        const { code, title, hint } = mcpErrors.callGivenUp;
        return {
          ...failure('cancelled', { code, message: title, hint }),
          served,
          serverFault: false,
          notSent: true,
        };
      }
      return {
        ...failure('failed', this.#eventError(error)),
        served,
        serverFault: true,
        notSent: true,
        incident: error,
      };
    }
    const sent = clock.monotonic();
    const result = await connection.call(call.tool, call.args, {
      idleMs: this.spec.callIdleMs,
      totalMs: this.spec.callTotalMs,
      signals: [call.signal, this.#cut.signal],
    });
    const served = {
      server: name,
      connection: connection.id,
      attempts: attempt,
      queueMs: sent - asked,
      serverMs: clock.monotonic() - sent,
      resultLength: contentLength(result.content),
    };
    return { ...result, served, incident: connection.lost };
  }

  /** The connection that stands, or one that is made now; whoever asks meanwhile waits for the same one. */
  async #connected(signal: AbortSignal): Promise<McpConnection> {
    const now = this.#connection;
    if (now !== undefined && now.lost === undefined) return now;
    signal.throwIfAborted();
    this.#stopping.signal.throwIfAborted();
    this.#connecting ??= this.#connect().finally(() => {
      this.#connecting = undefined;
    });
    // One that gives up does not take the start away from the others.
    return untilAborted(signal, this.#connecting);
  }

  async #connect(): Promise<McpConnection> {
    const { clock, onStarting, onReady, onFailed } = this.#options;
    const forgotten = this.#connection?.forgotten === true;
    const again = this.#startedOnce;
    this.#giveUp();
    // Never two of it at a time: what the last one holds, a file or a port, would be taken.
    await Promise.allSettled(this.#ending);
    if (again && !forgotten) {
      const delay = reconnectDelay(this.#restarts, clock.monotonic());
      if (delay === undefined) {
        throw new MassGenError(mcpErrors.restartedTooOften, { detail: this.spec.name });
      }
      if (delay > 0) await sleep(clock, delay, this.#stopping.signal);
      this.#restarts = [...this.#restarts, clock.monotonic()].slice(-10);
    }
    this.#startedOnce = true;
    const began = clock.monotonic();
    await onStarting(again);
    const transport = this.#options.ownTransport();
    let connection: McpConnection;
    try {
      connection = await connectServer(this.spec, {
        ...this.#options.connect,
        ...(transport === undefined ? {} : { transport }),
        id: this.#options.nextConnection(),
        signal: this.#stopping.signal,
        onLost: (error) => this.#lost(error),
        onListChanged: () => this.#lists.announce(),
        onUnasked: (message) => this.#options.onUnasked(message),
      });
    } catch (error) {
      await onFailed(this.#eventError(error));
      throw error;
    }
    this.#connection = connection;
    const before = this.#discovery;
    const changes = this.#learn(connection.discovery);
    await onReady(connection, clock.monotonic() - began, again || before !== undefined);
    if (changes !== undefined) await this.#options.onToolsChanged(changes);
    this.#watchIdle();
    return connection;
  }

  /** What is new in it; what stays the same stays the same object, so that nothing is made of it anew. */
  #learn(found: ServerDiscovery): ToolChanges | undefined {
    const before = this.#discovery;
    const changes = before === undefined ? undefined : compareDiscovery(before, found);
    this.#options.remember(found);
    if (before === undefined || changes !== undefined || before.hasResources !== found.hasResources)
      this.#discovery = found;
    return changes;
  }

  /** A connection that was lost is still a child that may be there. */
  #giveUp(): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    this.#connection = undefined;
    const end = connection.close();
    this.#ending.add(end);
    // Told when the run ends, by `close`.
    end.then(
      () => this.#ending.delete(end),
      () => undefined,
    );
  }

  #lost(error: EventError): void {
    this.#lastError = error;
    // Recorded as it happens; a failing journal ends the run by itself.
    void this.#options.onFailed(error).catch(() => undefined);
  }

  async #readLists(): Promise<void> {
    // It may have said so before the handshake was over.
    const connection = this.#connection ?? (await this.#connecting?.catch(() => undefined));
    if (connection === undefined || connection.lost !== undefined) return;
    const { clock } = this.#options;
    const deadline = startDeadline(clock, this.spec.connectTimeoutMs, this.#stopping.signal);
    let found: ServerDiscovery;
    try {
      found = await connection.discover(deadline.signal);
    } catch (error) {
      if (this.#connection !== connection || connection.lost !== undefined) return;
      throw error;
    } finally {
      deadline.stop();
    }
    if (this.#connection !== connection) return;
    const changes = this.#learn(found);
    if (changes !== undefined) await this.#options.onToolsChanged(changes);
  }

  #watchIdle(): void {
    if (!this.spec.mayIdle || this.#running.size > 0 || this.#stopping.signal.aborted) return;
    this.#cancelIdle();
    this.#cancelIdle = this.#options.clock.after(idleMs, () => {
      const connection = this.#connection;
      if (this.#running.size > 0 || connection === undefined || connection.lost !== undefined) return;
      this.#startedOnce = false;
      this.#giveUp();
      void this.#options.onStopped(connection, 'idle').catch(() => undefined);
    });
  }

  #heldBack(retryInMs: number, asked: number): ServerCallResult {
    const seconds = Math.ceil(retryInMs / 1_000);
    const { message } = this.#lastError ?? { message: 'it keeps failing' };
    const detail = `next try in ${seconds} s; last failure: ${message}`;
    const queueMs = this.#options.clock.monotonic() - asked;
    return this.#refused(mcpErrors.serverHeldBack, queueMs, 'failed', detail);
  }

  #refused(
    { code, title, hint }: (typeof mcpErrors)[keyof typeof mcpErrors],
    queueMs: number,
    outcome: 'failed' | 'cancelled' = 'failed',
    detail?: string,
  ): ServerCallResult {
    const { name } = this.spec;
    const message = [title, name, detail].filter((part) => part !== undefined).join(': ');
    const served = { server: name, attempts: 0, queueMs, serverMs: 0, resultLength: 0 };
    return { ...failure(outcome, this.#named({ code, message, hint })), served };
  }

  #eventError(error: unknown): EventError {
    if (MassGenError.isInstance(error)) {
      const { code, message, hint } = error;
      return this.#named({ code, message, hint });
    }
    const { code, title, hint } = mcpErrors.startFailed;
    return { code, message: `${title}: ${errorMessage(error)}`, hint };
  }

  /** Hints speak of a server called NAME. */
  #named({ hint, ...error }: EventError): EventError {
    return hint === undefined ? error : { ...error, hint: hint.replaceAll('NAME', this.spec.name) };
  }
}
