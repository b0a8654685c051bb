/**
 * One thread that compiles and uses schemas, seen from outside: takes one job at a time and is ended when a job
 * takes too long. What counts is the time of the processor the thread has used, so that neither a busy machine nor
 * a simulated clock condemns a schema; the clock only says when to look.
 */
import { Worker } from 'node:worker_threads';
import { errorMessage } from '../errors/error-message.ts';
import type { Clock } from '../events/clock.ts';
import type { JsonObject } from './json-object.ts';
import type { SchemaJob, SchemaReport } from './schema-thread-main.ts';

export type SchemaOutcome =
  | { readonly type: 'checked'; readonly problems: readonly string[] }
  | { readonly type: 'unusable'; readonly reason: string }
  /** The thread is gone with this job. */
  | { readonly type: 'stopped'; readonly reason: string; readonly compiling: boolean };

const resourceLimits = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 };
/** What it has compiled stays in it; after so many schemas a new one is due. */
const schemasPerThread = 256;

type Phase = 'starting' | 'compiling' | 'checking';

interface OpenJob {
  readonly message: SchemaJob;
  phase: Phase;
  settle(outcome: SchemaOutcome): void;
}

export class SchemaThread {
  readonly #worker: Worker;
  readonly #clock: Pick<Clock, 'after'>;
  readonly #limitMs: number;
  readonly #known = new Set<number>();
  #ready = false;
  #gone = false;
  #job: OpenJob | undefined;
  /** Time of the processor it had used when its job came into this phase. */
  #cpuMs = 0;
  #cancel: () => void = () => undefined;

  /** `limitMs`: for compiling a schema, and for a check by it. */
  constructor(clock: Pick<Clock, 'after'>, limitMs: number) {
    this.#clock = clock;
    this.#limitMs = limitMs;
    // Beside this file, in the form that this file has.
    const file = import.meta.url.endsWith('.ts') ? './schema-thread-main.ts' : './schema-thread-main.js';
    this.#worker = new Worker(new URL(file, import.meta.url), {
      name: 'schemas',
      env: {},
      execArgv: [],
      resourceLimits,
    });
    this.#worker.on('message', (report: SchemaReport) => this.#hear(report));
    this.#worker.on('error', (error) => this.#end(errorMessage(error)));
    this.#worker.on('exit', () => this.#end('the thread that checks it ended'));
  }

  /** True when it takes no more jobs. */
  get worn(): boolean {
    return this.#gone || this.#known.size >= schemasPerThread;
  }

  /** One job at a time; `id` tells schemas apart. @throws when the value cannot be written as JSON. */
  check(id: number, schema: JsonObject, value: unknown): Promise<SchemaOutcome> {
    const text = this.#known.has(id) ? {} : { text: JSON.stringify(schema) };
    const message = { schema: id, ...text, value: JSON.stringify(value) ?? 'null' };
    this.#cancel();
    this.#worker.ref();
    return new Promise((resolve) => {
      this.#job = { message, phase: 'starting', settle: resolve };
      if (this.#ready) this.#send();
    });
  }

  /** Lets the program end without it, and ends it when it has no job for so long. */
  rest(idleMs: number): void {
    this.#worker.unref();
    this.#cancel = this.#clock.after(idleMs, () => this.close());
  }

  close(): void {
    this.#end('the thread that checks it was closed');
  }

  #send(): void {
    if (this.#job === undefined) return;
    const { message } = this.#job;
    this.#enter('compiling');
    this.#worker.postMessage(message);
    this.#known.add(message.schema);
  }

  #hear(report: SchemaReport): void {
    this.#cpuMs = report.cpuMs;
    switch (report.type) {
      case 'ready':
        this.#ready = true;
        return this.#send();
      case 'compiled':
        return this.#enter('checking');
      case 'checked':
      case 'unusable':
        return this.#settle(report);
      default:
        report satisfies never;
    }
  }

  #enter(phase: Phase): void {
    if (this.#job === undefined) return;
    this.#job.phase = phase;
    this.#watch(this.#limitMs);
  }

  #watch(ms: number): void {
    this.#cancel();
    this.#cancel = this.#clock.after(ms, () => void this.#look());
  }

  /** Ends the thread when its job had its time. */
  async #look(): Promise<void> {
    const job = this.#job;
    const phase = job?.phase;
    const left = this.#limitMs - ((await this.#cpuTime()) - this.#cpuMs);
    if (job === undefined || job !== this.#job || job.phase !== phase) return;
    if (left > 0) this.#watch(left);
    else
      this.#end(
        `${phase === 'checking' ? 'a check by' : 'compiling'} it took longer than ${this.#limitMs} ms`,
      );
  }

  async #cpuTime(): Promise<number> {
    try {
      const { user, system } = await this.#worker.cpuUsage();
      return (user + system) / 1_000;
    } catch {
      // It has just ended, which is heard of as an event of its own.
      return this.#cpuMs;
    }
  }

  #settle(outcome: SchemaOutcome): void {
    const job = this.#job;
    this.#job = undefined;
    this.#cancel();
    job?.settle(outcome);
  }

  #end(reason: string): void {
    if (this.#gone) return;
    this.#gone = true;
    void this.#worker.terminate();
    this.#settle({ type: 'stopped', reason, compiling: this.#job?.phase === 'compiling' });
  }
}
