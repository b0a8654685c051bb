/** The library: what programs that use MassGen may rely on. */
export { createRuntime, type Runtime } from './create-runtime.ts';
export type { RuntimeOptions } from './runtime-options.ts';
export type {
  Exchange,
  ResumeOptions,
  RunContext,
  RunHandle,
  RunOptions,
  SinkFactory,
} from './run-options.ts';
export { loadConfig } from '../config/load-config.ts';
export { configFromValue, parseConfig } from '../config/parse-config.ts';
export type { MassGenConfig } from '../config/schema/massgen-config.ts';
export type { RunDirectory } from '../journal/run-directory.ts';
export type { ProtocolState } from '../protocol/protocol-state.ts';
export { MassGenError } from '../errors/massgen-error.ts';
export type { DurableEvent, EphemeralEvent, RunEvent } from '../events/run-event.ts';
export type { EventSink } from '../display/event-sink.ts';
