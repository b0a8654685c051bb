/** Errors of the area "configuration": codes MG1101 to MG1199. */
import type { ErrorDefinition } from './error-definition.ts';

export const configErrors = {} as const satisfies Record<string, ErrorDefinition>;
