/**
 * Validates arguments against the schemas of servers, which are foreign input: one may hold a pattern that never
 * comes to an end. Each schema is looked at once. What is plainly harmless is compiled and run in this thread,
 * at no cost; everything else goes to a thread that can be ended. A schema that cannot be used is never skipped.
 */
import { errorMessage } from '../errors/error-message.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { toolErrors } from '../errors/tool-errors.ts';
import { assessSchema } from './assess-schema.ts';
import { createSchemaCompiler, type SchemaCheck } from './compile-schema.ts';
import { createGuardedValidator, type GuardedValidatorOptions } from './guarded-validator.ts';
import type { JsonObject } from './json-object.ts';
import { measureValue } from './measure-value.ts';

/** Problems in words, empty when the value fits. @throws MassGenError when the schema itself cannot be used. */
export type SchemaValidator = (schema: JsonObject, value: unknown) => Promise<readonly string[]>;

/** What a harmless schema may cost in this thread; some 10 ms. Beyond it the value goes to the other one. */
const maxSteps = 200_000;
const charactersPerStep = 32;

type Plan =
  | {
      readonly type: 'here';
      readonly check: SchemaCheck;
      readonly weight: number;
      readonly readsTexts: boolean;
    }
  | { readonly type: 'guarded' }
  | { readonly type: 'unusable'; readonly error: MassGenError };

export function createSchemaValidator(options: GuardedValidatorOptions): SchemaValidator {
  /** Failures are kept too: a schema that cannot be used is not tried with every call. */
  const plans = new WeakMap<JsonObject, Plan>();
  const compile = createSchemaCompiler(true);
  const guarded = createGuardedValidator(options);

  async function planFor(schema: JsonObject): Promise<Plan> {
    const assessment = assessSchema(schema);
    switch (assessment.type) {
      case 'harmless':
        try {
          return { ...assessment, type: 'here', check: await compile(schema) };
        } catch (error) {
          return { type: 'unusable', error: unusable(error) };
        }
      case 'guarded':
        return assessment;
      case 'unusable':
        return { type: 'unusable', error: unusable(assessment.reason) };
      default:
        return assessment satisfies never;
    }
  }

  return async (schema, value) => {
    let plan = plans.get(schema);
    if (plan === undefined) {
      plan = await planFor(schema);
      plans.set(schema, plan);
    }
    if (plan.type === 'unusable') throw plan.error;
    const size = measureValue(value);
    if (size.type === 'too_deep') return [`arguments are nested more than ${size.maxDepth} levels deep`];
    if (plan.type === 'here') {
      const texts = plan.readsTexts ? size.textLength / charactersPerStep : 0;
      if ((size.parts + texts) * plan.weight <= maxSteps) return plan.check(value);
    }
    try {
      return await guarded(schema, value);
    } catch (error) {
      throw unusable(error);
    }
  };
}

function unusable(cause: unknown): MassGenError {
  return new MassGenError(toolErrors.schemaUnusable, { detail: errorMessage(cause).slice(0, 500), cause });
}
