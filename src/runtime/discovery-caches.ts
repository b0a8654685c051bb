/** One discovery cache for each logs directory, however many runs of this process use it. */
import { join } from 'node:path';
import type { Clock } from '../events/clock.ts';
import type { DiscoveryCache } from '../mcp/discovery-cache.ts';
import { createFileDiscoveryCache } from '../mcp/file-discovery-cache.ts';

export function createDiscoveryCaches(clock: Clock): (logsDirectory: string) => DiscoveryCache {
  const caches = new Map<string, DiscoveryCache>();
  return (logsDirectory) => {
    const cache =
      caches.get(logsDirectory) ?? createFileDiscoveryCache(join(logsDirectory, '.cache', 'mcp'), clock);
    caches.set(logsDirectory, cache);
    return cache;
  };
}
