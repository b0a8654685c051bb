/** Errors of the area "journal, run directory and locks": codes MG1201 to MG1299. */
import type { ErrorDefinition } from './error-definition.ts';

export const journalErrors = {} as const satisfies Record<string, ErrorDefinition>;
