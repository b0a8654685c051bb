/**
 * The discovery cache on disk, one file a server, with a copy in memory for the runs of one process. A file that is
 * damaged, too old or of another form is as good as none. Nothing in it is secret: keys are hashes.
 */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../events/clock.ts';
import { makePrivateDirectory } from '../journal/private-directory.ts';
import { writeFileAtomic } from '../journal/write-file-atomic.ts';
import type { DiscoveryCache } from './discovery-cache.ts';
import type { ServerDiscovery } from './server-discovery.ts';

const longestAgeMs = 30 * 24 * 60 * 60 * 1_000;
/** Clocks of machines that share a home directory differ, but not by more. */
const farthestAheadMs = 24 * 60 * 60 * 1_000;
const largestFile = 20 * 1024 * 1024;

const text = z.string();
const fileSchema = z.object({
  v: z.literal(1),
  at: z.number(),
  discovery: z.object({
    tools: z.array(
      z.object({
        name: text.min(1),
        description: text,
        inputSchema: z.record(text, z.unknown()),
        annotations: z.record(text, z.unknown()).optional(),
        hash: text,
      }),
    ),
    dropped: z.array(z.object({ name: text, reason: text })),
    hasResources: z.boolean(),
    prompts: z.array(
      z.object({
        name: text.min(1),
        description: text,
        arguments: z.array(z.object({ name: text, description: text, required: z.boolean() })),
      }),
    ),
    version: text.optional(),
    protocol: text.optional(),
  }),
});

export function createFileDiscoveryCache(directory: string, clock: Clock): DiscoveryCache {
  const known = new Map<string, ServerDiscovery>();
  const fileOf = (key: string): string => join(directory, `${key}.json`);
  return {
    async read(key) {
      const before = known.get(key);
      if (before !== undefined) return before;
      const found = await readEntry(fileOf(key), clock.now());
      if (found !== undefined) known.set(key, found);
      return found;
    },
    async write(key, discovery) {
      const before = known.get(key);
      known.set(key, discovery);
      if (before !== undefined && JSON.stringify(before) === JSON.stringify(discovery)) return;
      const entry = JSON.stringify({ v: 1, at: clock.now(), discovery });
      if (Buffer.byteLength(entry) > largestFile) return;
      try {
        await makePrivateDirectory(directory);
        await writeFileAtomic(fileOf(key), entry);
      } catch {
        // A full or read-only disk: this process remembers, the next one asks the server.
      }
    },
  };
}

async function readEntry(file: string, now: number): Promise<ServerDiscovery | undefined> {
  let value: unknown;
  try {
    if ((await stat(file)).size > largestFile) return undefined;
    value = JSON.parse(await readFile(file, 'utf8'));
  } catch {
    // Nothing there, or no JSON: the server is asked.
    return undefined;
  }
  const entry = fileSchema.safeParse(value);
  if (!entry.success) return undefined;
  const age = now - entry.data.at;
  if (age > longestAgeMs || age < -farthestAheadMs) return undefined;
  // What is optional is absent in JSON, never undefined.
  return entry.data.discovery as ServerDiscovery;
}
