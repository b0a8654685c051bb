/** The stages in their one order. What a stage relies on must stand before it; nothing may be left out. */
import type { Clock } from '../events/clock.ts';
import type { EventRecorder } from '../journal/event-recorder.ts';
import { composePipeline, type ToolPipeline } from './pipeline.ts';
import { createSchemaValidator } from './schema-validator.ts';
import { checkArguments } from './stages/check-arguments.ts';
import { classifyEffects } from './stages/classify-effects.ts';
import { confinePaths } from './stages/confine-paths.ts';
import { detectChanges, type TakeChanges } from './stages/detect-changes.ts';
import { enforceDeadline } from './stages/enforce-deadline.ts';
import { enforcePolicy, type PolicyOptions } from './stages/enforce-policy.ts';
import { limitResult, type SpillText } from './stages/limit-result.ts';
import { type ExpectUnconfined, noteUnconfined } from './stages/note-unconfined.ts';
import { planCalls, type PlanOptions } from './stages/plan-calls.ts';
import { readBeforeDelete, type ReadBeforeDeleteOptions } from './stages/read-before-delete.ts';
import { recordCall } from './stages/record-call.ts';
import { recordDenials } from './stages/record-denials.ts';
import { replaceSecrets } from './stages/replace-secrets.ts';
import { resolveName } from './stages/resolve-name.ts';
import type { ToolTable } from './tool-table.ts';

export interface ToolPipelineOptions extends PolicyOptions, PlanOptions, ReadBeforeDeleteOptions {
  readonly recorder: Pick<EventRecorder, 'append'>;
  readonly clock: Clock;
  readonly tableOf: (agent: string) => ToolTable;
  readonly takeChanges: TakeChanges;
  readonly expectUnconfined: ExpectUnconfined;
  readonly spill: SpillText;
  readonly replaceSecrets: (text: string) => string;
}

export function createToolPipeline(options: ToolPipelineOptions): ToolPipeline {
  const { recorder, clock } = options;
  return composePipeline([
    recordDenials(recorder),
    resolveName(options.tableOf),
    checkArguments(createSchemaValidator({ clock })),
    classifyEffects,
    confinePaths(options),
    enforcePolicy(options),
    planCalls(options),
    noteUnconfined(options.expectUnconfined),
    readBeforeDelete(options),
    detectChanges(options.takeChanges, recorder),
    recordCall(recorder, clock),
    limitResult(options.spill),
    replaceSecrets(options.replaceSecrets),
    enforceDeadline(clock),
  ]);
}
