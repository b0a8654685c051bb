/** Errors of the area "runs and coordination": codes MG1701 to MG1799. */
import type { ErrorDefinition } from './error-definition.ts';

export const runErrors = {} as const satisfies Record<string, ErrorDefinition>;
