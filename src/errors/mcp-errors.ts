/** Errors of the area "MCP servers": codes MG1401 to MG1499. */
import type { ErrorDefinition } from './error-definition.ts';

export const mcpErrors = {} as const satisfies Record<string, ErrorDefinition>;
