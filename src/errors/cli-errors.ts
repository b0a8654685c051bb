/** Errors of the area "command line": codes MG1001 to MG1099. */
import type { ErrorDefinition } from './error-definition.ts';

export const cliErrors = {} as const satisfies Record<string, ErrorDefinition>;
