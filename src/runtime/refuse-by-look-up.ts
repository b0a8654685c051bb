/**
 * Takes out servers whose names stand for addresses they may not have. Names are asked for only where the config says
 * `resolve_dns`.
 */
import type { AgentConfig } from '../config/schema/agent-config.ts';
import type { Clock } from '../events/clock.ts';
import { checkLookedUp, type LookUp } from '../policy/address-rules.ts';
import { settledWithin } from '../process/settled-within.ts';
import { securityError } from './insecure-server.ts';
import type { ServerSpecs } from './server-specs.ts';

/** How long names may take, in milliseconds. */
const lookUpMs = 10_000;

export async function refuseByLookUp(
  planned: ServerSpecs,
  agent: AgentConfig,
  { lookUp, clock }: { readonly lookUp: LookUp; readonly clock: Clock },
): Promise<ServerSpecs> {
  const inTime: LookUp = async (host) => {
    const addresses = await settledWithin(clock, lookUpMs, lookUp(host));
    if (addresses === undefined) throw Object.assign(new Error('no answer in time'), { code: 'ETIMEOUT' });
    return addresses;
  };
  const failed = await Promise.all(
    planned.specs.map(async (spec) => {
      const rules = agent.backend.mcp_servers.find(({ name }) => name === spec.name)?.security;
      if (spec.type !== 'streamable-http' || rules === undefined) return [];
      const error = securityError(await checkLookedUp(spec.url, rules, inTime));
      return error === undefined ? [] : [{ server: spec.name, error }];
    }),
  );
  const refused = new Set(failed.flat().map(({ server }) => server));
  return {
    ...planned,
    specs: planned.specs.filter(({ name }) => !refused.has(name)),
    failed: [...planned.failed, ...failed.flat()],
  };
}
