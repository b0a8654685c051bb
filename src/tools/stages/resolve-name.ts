/** Finds the tool by the name the model called, in the table of what this agent is offered and nowhere else. */
import { MassGenError } from '../../errors/massgen-error.ts';
import { toolErrors } from '../../errors/tool-errors.ts';
import type { Stage } from '../pipeline.ts';
import type { ToolTable } from '../tool-table.ts';

export function resolveName(tableOf: (agent: string) => ToolTable): Stage {
  return (call, next) => {
    const table = tableOf(call.agent);
    const tool = table.get(call.request.name);
    if (tool === undefined) {
      throw new MassGenError(toolErrors.unknownTool, {
        detail: call.request.name,
        hint: `Tools on offer: ${[...table.keys()].join(', ')}`,
      });
    }
    return next({ ...call, tool });
  };
}
