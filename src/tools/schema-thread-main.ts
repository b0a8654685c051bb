/**
 * Runs in the thread in which schemas that are not plainly harmless are compiled and used. It is ended from
 * outside when one of them does not come to an end, so nothing here may be relied on to finish. Started by
 * `schema-thread.ts` only.
 */
import { parentPort } from 'node:worker_threads';
import { errorMessage } from '../errors/error-message.ts';
import type { JsonObject } from './json-object.ts';
import { createSchemaCompiler, type SchemaCheck } from './compile-schema.ts';

export interface SchemaJob {
  /** Schemas are told apart by a number. */
  readonly schema: number;
  /** The schema as JSON, with the first job of this thread that needs it. */
  readonly text?: string;
  /** The value as JSON, as the server is going to get it. */
  readonly value: string;
}

/** `ready` comes once, `compiled` before each check; the other two end a job. */
export type SchemaReport = {
  /** Time of the processor this thread has used so far. */
  readonly cpuMs: number;
} & (
  | { readonly type: 'ready' }
  | { readonly type: 'compiled' }
  | { readonly type: 'checked'; readonly problems: readonly string[] }
  | { readonly type: 'unusable'; readonly reason: string }
);

type WithoutTime<T> = T extends unknown ? Omit<T, 'cpuMs'> : never;

const compile = createSchemaCompiler(false);
const checks = new Map<number, SchemaCheck>();

function report(what: WithoutTime<SchemaReport>): void {
  const { user, system } = process.threadCpuUsage();
  parentPort?.postMessage({ ...what, cpuMs: (user + system) / 1_000 });
}

async function work({ schema, text, value }: SchemaJob): Promise<WithoutTime<SchemaReport>> {
  try {
    if (text !== undefined) checks.set(schema, await compile(JSON.parse(text) as JsonObject));
    const check = checks.get(schema);
    if (check === undefined) return { type: 'unusable', reason: 'it was not compiled' };
    report({ type: 'compiled' });
    return { type: 'checked', problems: check(JSON.parse(value)) };
  } catch (error) {
    return { type: 'unusable', reason: errorMessage(error) };
  }
}

parentPort?.on('message', (job: SchemaJob) => void work(job).then(report));
// Loading the library is not the fault of the first schema that needs it.
void compile({ type: 'object' }).then(() => report({ type: 'ready' }));
