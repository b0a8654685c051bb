/** Says why the `security` map of a server does not let it through, and what to change. */
import type { McpServerConfig } from '../config/schema/mcp-server-config.ts';
import { mcpErrors } from '../errors/mcp-errors.ts';
import type { EventError } from '../events/run-event.ts';
import type { SecurityViolation } from '../policy/secured-server.ts';
import { checkServerSecurity } from '../policy/server-security.ts';

/** Of a server whose references are filled in; undefined when it may be used, or has no such map. */
export function insecureServer(server: McpServerConfig): EventError | undefined {
  return server.security === undefined
    ? undefined
    : securityError(checkServerSecurity(server, server.security));
}

export function securityError(violations: readonly SecurityViolation[]): EventError | undefined {
  if (violations.length === 0) return undefined;
  const { code, title } = mcpErrors.notAllowed;
  const details = [...new Set(violations.map(({ detail }) => detail))];
  const remedies = [...new Set(violations.map(({ remedy }) => remedy))];
  return {
    code,
    message: `${title}: ${details.join('; ')}`,
    hint: `If you trust the server: ${remedies.join('; ')}.`,
  };
}
