/** Every error of the product in one list; the documentation page is compared with it by a test. */
import { agentErrors } from './agent-errors.ts';
import { cliErrors } from './cli-errors.ts';
import { configErrors } from './config-errors.ts';
import type { ErrorDefinition } from './error-definition.ts';
import { journalErrors } from './journal-errors.ts';
import { mcpErrors } from './mcp-errors.ts';
import { runErrors } from './run-errors.ts';
import { toolErrors } from './tool-errors.ts';
import { workspaceErrors } from './workspace-errors.ts';

export const errorTable: readonly ErrorDefinition[] = [
  cliErrors,
  configErrors,
  journalErrors,
  workspaceErrors,
  mcpErrors,
  toolErrors,
  agentErrors,
  runErrors,
].flatMap((area): ErrorDefinition[] => Object.values(area));
