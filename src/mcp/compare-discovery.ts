/** What became of a server's tools between two looks, by name; its resources and prompts count as the tools they become. */
import { capabilityTools } from './capability-tools.ts';
import type { ServerDiscovery } from './server-discovery.ts';

export interface ToolChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Same name, other definition. */
  readonly changed: readonly string[];
}

/** Undefined when nothing differs. */
export function compareDiscovery(before: ServerDiscovery, after: ServerDiscovery): ToolChanges | undefined {
  const old = hashes(before);
  const now = hashes(after);
  const added = [...now.keys()].filter((name) => !old.has(name));
  const removed = [...old.keys()].filter((name) => !now.has(name));
  const changed = [...now]
    .filter(([name, hash]) => old.has(name) && old.get(name) !== hash)
    .map(([name]) => name);
  return added.length + removed.length + changed.length === 0 ? undefined : { added, removed, changed };
}

function hashes(discovery: ServerDiscovery): ReadonlyMap<string, string> {
  const offered = [...discovery.tools, ...capabilityTools(discovery).map(({ tool }) => tool)];
  return new Map(offered.map(({ name, hash }) => [name, hash]));
}
