/** Errors of the area "workspaces, snapshots and views": codes MG1301 to MG1399. */
import type { ErrorDefinition } from './error-definition.ts';

export const workspaceErrors = {} as const satisfies Record<string, ErrorDefinition>;
