/** What agents had read before a run was taken up again, as far as its journal tells: absolute paths, by agent. Pure. */
import { isAbsolute, resolve } from 'node:path';
import type { DurableEvent } from '../events/run-event.ts';

export function readSoFar(journaled: readonly DurableEvent[]): ReadonlyMap<string, readonly string[]> {
  const asked = new Map<string, readonly string[]>();
  const read = new Map<string, string[]>();
  for (const event of journaled) {
    if (
      event.type === 'tool.call.started' &&
      event.effects.includes('Read') &&
      !event.effects.includes('Delete')
    )
      asked.set(
        keyOf(event),
        (event.paths ?? []).filter(isAbsolute).map((path) => resolve(path)),
      );
    if (event.type !== 'tool.call.finished' || event.outcome !== 'ok') continue;
    const paths = asked.get(keyOf(event)) ?? [];
    if (paths.length > 0) read.set(event.agent, [...(read.get(event.agent) ?? []), ...paths]);
  }
  return read;
}

function keyOf({ agent, call }: { readonly agent: string; readonly call: string }): string {
  return `${agent} ${call}`;
}
