/**
 * The one function that every tool call of every backend passes: a chain of small stages, each deciding whether
 * and how the next is called. It fails closed: a stage that throws before the call was made denies it, and no
 * stage can be skipped because nothing else holds a way to a tool.
 */
import { errorMessage } from '../errors/error-message.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { toolErrors } from '../errors/tool-errors.ts';
import type { CallOutcome } from '../events/call-outcome.ts';
import type { Effect } from '../events/effect.ts';
import type { EventError } from '../events/run-event.ts';
import type { PipelineResult } from './pipeline-result.ts';
import type { ResolvedTool } from './resolved-tool.ts';
import type { ToolCallRequest } from './tool-session.ts';

/** A call on its way; stages hand on copies with more known about it. */
export interface PipelineCall {
  readonly agent: string;
  readonly turn: number;
  readonly request: ToolCallRequest;
  readonly signal: AbortSignal;
  /** Set by the outermost stage; to be called once the start of the call is in the journal. */
  readonly begun?: () => void;
  /** Set by the name table. */
  readonly tool?: ResolvedTool;
  /** Set by the argument check. */
  readonly arguments?: Readonly<Record<string, unknown>>;
  /** Set by the effects stage. */
  readonly effects?: readonly Effect[];
  /** Set by the effects stage: strings of the arguments that may be paths. */
  readonly paths?: readonly string[];
  /** Set by the effects stage: true when any string may be a path or a command. */
  readonly freeText?: boolean;
}

export type NextStage = (call: PipelineCall) => Promise<PipelineResult>;
export type Stage = (call: PipelineCall, next: NextStage) => Promise<PipelineResult>;
export type ToolPipeline = NextStage;

/** The last stage: hands the call to its tool. */
const invoke: NextStage = async (call) => {
  if (call.tool === undefined || call.arguments === undefined) {
    throw new MassGenError(toolErrors.stageFailed, { detail: 'the call was not resolved' });
  }
  return call.tool.invoke(call.arguments, { call: call.request.id, turn: call.turn, signal: call.signal });
};

/** Composes the stages in their order; the first one sees the call first and the result last. */
export function composePipeline(stages: readonly Stage[]): ToolPipeline {
  return stages.reduceRight<NextStage>((next, stage) => (call) => stage(call, next), invoke);
}

/** The result of a call that was not made. */
export function deniedResult(error: unknown): PipelineResult {
  const known = MassGenError.isInstance(error)
    ? error
    : new MassGenError(toolErrors.stageFailed, { detail: errorMessage(error), cause: error });
  return failedResult('denied', { code: known.code, message: known.message, hint: known.hint });
}

/** A result that says in words what went wrong, for the model as much as for people. */
export function failedResult(outcome: CallOutcome, error: EventError): PipelineResult {
  const text = error.hint === undefined ? error.message : `${error.message}\n${error.hint}`;
  return { outcome, content: [{ type: 'text', text }], error };
}
