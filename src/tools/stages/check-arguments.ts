/**
 * Checks the arguments against the tool's own schema before anything else looks at them. What cannot be checked
 * is refused: an agent can correct a call it is told about, nobody can take one back.
 */
import { MassGenError } from '../../errors/massgen-error.ts';
import { toolErrors } from '../../errors/tool-errors.ts';
import type { SchemaValidator } from '../schema-validator.ts';
import type { Stage } from '../pipeline.ts';

export function checkArguments(validator: SchemaValidator): Stage {
  return async (call, next) => {
    const given = call.request.arguments;
    if (typeof given !== 'object' || given === null || Array.isArray(given)) {
      throw new MassGenError(toolErrors.argumentsNotJson, { detail: call.request.name });
    }
    const args = given as Readonly<Record<string, unknown>>;
    const problems = await validator(call.tool?.definition.inputSchema ?? {}, args);
    if (problems.length > 0) {
      throw new MassGenError(toolErrors.argumentsInvalid, {
        detail: `${call.request.name}: ${problems.slice(0, 5).join('; ')}`,
      });
    }
    return next({ ...call, arguments: args });
  };
}
