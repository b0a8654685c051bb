/** Errors of the area "agents, models and credentials": codes MG1601 to MG1699. */
import type { ErrorDefinition } from './error-definition.ts';

export const agentErrors = {} as const satisfies Record<string, ErrorDefinition>;
