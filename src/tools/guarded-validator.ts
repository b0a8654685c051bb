/**
 * Validates by schemas of which nothing is known, in a thread that is ended when one takes too long: a regular
 * expression of a stranger may run for ever, and nothing else can interrupt it. One check at a time; the others
 * wait, and go on in a new thread after one was ended.
 */
import type { Clock } from '../events/clock.ts';
import type { JsonObject } from './json-object.ts';
import { SchemaThread } from './schema-thread.ts';

export interface GuardedValidatorOptions {
  readonly clock: Pick<Clock, 'after'>;
  /** For compiling one schema, and for each check by it; milliseconds of the processor. */
  readonly limitMs?: number;
  /** The thread ends when nobody needed it for so long. */
  readonly idleMs?: number;
}

/** Problems in words, empty when the value fits. @throws Error when it cannot be checked, saying why. */
export type GuardedValidator = (schema: JsonObject, value: unknown) => Promise<readonly string[]>;

/** A schema by which so many checks were ended is not tried again. */
const maxStrikes = 3;

interface Job {
  readonly schema: JsonObject;
  readonly value: unknown;
  resolve(problems: readonly string[]): void;
  reject(error: unknown): void;
}

interface SchemaRecord {
  readonly id: number;
  strikes: number;
  /** Why the schema is not tried any more. */
  unusable?: string;
}

export function createGuardedValidator(options: GuardedValidatorOptions): GuardedValidator {
  const { clock, limitMs = 500, idleMs = 30_000 } = options;
  const records = new WeakMap<JsonObject, SchemaRecord>();
  const queue: Job[] = [];
  let schemas = 0;
  let thread: SchemaThread | undefined;
  let working = false;

  function recordOf(schema: JsonObject): SchemaRecord {
    const record = records.get(schema) ?? { id: (schemas += 1), strikes: 0 };
    records.set(schema, record);
    return record;
  }

  function currentThread(): SchemaThread {
    if (thread !== undefined && !thread.worn) return thread;
    thread?.close();
    return (thread = new SchemaThread(clock, limitMs));
  }

  async function work(): Promise<void> {
    if (working) return;
    working = true;
    for (let job = queue.shift(); job !== undefined; job = queue.shift()) await run(job).catch(job.reject);
    working = false;
    thread?.rest(idleMs);
  }

  async function run({ schema, value, resolve }: Job): Promise<void> {
    const record = recordOf(schema);
    if (record.unusable !== undefined) throw new Error(record.unusable);
    const outcome = await currentThread().check(record.id, schema, value);
    switch (outcome.type) {
      case 'checked':
        return resolve(outcome.problems);
      case 'unusable':
        record.unusable = outcome.reason;
        break;
      case 'stopped':
        record.strikes += 1;
        if (outcome.compiling || record.strikes >= maxStrikes) record.unusable = outcome.reason;
        break;
      default:
        outcome satisfies never;
    }
    throw new Error(outcome.reason);
  }

  return (schema, value) =>
    new Promise((resolve, reject) => {
      queue.push({ schema, value, resolve, reject });
      void work();
    });
}
