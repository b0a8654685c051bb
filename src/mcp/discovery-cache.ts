/**
 * What servers offered when they were last asked, so that a run can offer their tools before it has started any of
 * them. What is kept is a memory, not a truth: a server that starts is asked again, and a difference is told.
 */
import type { ServerDiscovery } from './server-discovery.ts';

export interface DiscoveryCache {
  /** Undefined when nothing usable is known. Never rejects. */
  read(key: string): Promise<ServerDiscovery | undefined>;
  /** Never rejects: what cannot be kept is asked for again. */
  write(key: string, discovery: ServerDiscovery): Promise<void>;
}
