/**
 * Whether a server may write to files that no rule on paths guards: a program outside of a sandbox that is a stranger
 * or known to run commands. Asked before it starts, so what it will say of its tools counts for nothing. A server over
 * HTTP counts where it runs on this machine.
 */
import type { ServerSpec } from '../mcp/server-spec.ts';
import { addressRange } from '../policy/address-range.ts';
import { serverProfile } from '../policy/server-profile.ts';

export function isUnconfined(spec: ServerSpec): boolean {
  switch (spec.type) {
    case 'stdio': {
      if (spec.confined !== undefined) return false;
      const tools = serverProfile(spec.launch)?.tools;
      if (tools === undefined) return true;
      const { withheld = {} } = spec;
      return Object.entries(tools).some(
        ([name, { effects }]) => effects.includes('Exec') && !Object.hasOwn(withheld, name),
      );
    }
    case 'streamable-http':
      return isThisMachine(new URL(spec.url).hostname);
    default:
      return spec satisfies never;
  }
}

function isThisMachine(host: string): boolean {
  const range = addressRange(host);
  return range === 'loopback' || range === 'unspecified' || /(?:^|\.)localhost\.?$/iu.test(host);
}
