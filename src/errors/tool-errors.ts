/** Errors of the area "tool calls": codes MG1501 to MG1599. */
import type { ErrorDefinition } from './error-definition.ts';

export const toolErrors = {} as const satisfies Record<string, ErrorDefinition>;
