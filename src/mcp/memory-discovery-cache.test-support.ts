/** A discovery cache that lives as long as the test. */
import type { DiscoveryCache } from './discovery-cache.ts';
import type { ServerDiscovery } from './server-discovery.ts';

export function createMemoryDiscoveryCache(): DiscoveryCache & {
  readonly entries: Map<string, ServerDiscovery>;
} {
  const entries = new Map<string, ServerDiscovery>();
  return {
    entries,
    read: (key) => Promise.resolve(entries.get(key)),
    write(key, discovery) {
      entries.set(key, discovery);
      return Promise.resolve();
    },
  };
}
