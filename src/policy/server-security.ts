/**
 * Whether a server may be started or called under the `security` map of its config. Only servers that have one are
 * asked about; without it none of this applies. Pure, and throws for nothing a config can hold.
 */
import { checkUrl } from './address-rules.ts';
import { checkLaunch } from './launch-rules.ts';
import type { SecuredServer, SecurityRules, SecurityViolation } from './secured-server.ts';
import { checkVariables } from './variable-rules.ts';

/** Empty when it may. */
export function checkServerSecurity(
  server: SecuredServer,
  rules: SecurityRules,
): readonly SecurityViolation[] {
  switch (server.type) {
    case 'stdio':
      return [
        ...checkLaunch(server.command, server.args, rules),
        ...checkDirectory(server.cwd),
        ...checkVariables(server.env, rules),
      ];
    case 'streamable-http':
      return checkUrl(server.url, rules);
    default:
      return server satisfies never;
  }
}

function checkDirectory(cwd: string | undefined): readonly SecurityViolation[] {
  if (cwd?.split(/[/\\]/u).includes('..') !== true) return [];
  return [{ rule: 'cwd', detail: '`cwd` has .. in its path', remedy: 'write `cwd` without ..' }];
}
