/**
 * The views of a team: one set that agents share, and for each agent that runs something which may write to files by
 * itself a set of its own, at a place of its own. What such a program does to the views it was told of reaches nobody
 * else. The sets share no file with each other.
 */
import { basename, join } from 'node:path';
import { createViews, type View, type ViewsOptions } from './views.ts';
import type { WorkspaceWarning } from './workspace-warning.ts';

export interface TeamViews {
  /** To be called before the first view is published. */
  separate(agent: string): void;
  /** Where the agent reads views. */
  of(agent: string): string;
  /** Shows the answer in each set; its path in each. Throws what `Views.publish` throws. */
  publish(view: View): Promise<readonly string[]>;
  /** To be called before something runs that may write to views by itself. */
  distrust(): Promise<void>;
  /** Makes views that the agent reads, and those for people, anew where they are not as they were made; tells of each. */
  check(agent: string): Promise<readonly WorkspaceWarning[]>;
}

export interface TeamViewsOptions extends ViewsOptions {
  /** Where an agent has views of its own; its last component is its alias. */
  readonly ownDirectory: (agent: string) => string;
}

export function createTeamViews({ store, directory, aside, ownDirectory }: TeamViewsOptions): TeamViews {
  const shared = { directory, views: createViews({ store, directory, aside }) };
  const own = new Map<string, typeof shared>();
  const all = (): readonly (typeof shared)[] => [shared, ...own.values()];
  const setOf = (agent: string): typeof shared => own.get(agent) ?? shared;

  return {
    separate(agent) {
      if (own.has(agent)) return;
      const place = ownDirectory(agent);
      const set = { store, directory: place, aside: join(aside, 'own', basename(place)) };
      own.set(agent, { directory: place, views: createViews(set) });
    },
    of: (agent) => setOf(agent).directory,
    publish: (view) => Promise.all(all().map(({ views }) => views.publish(view))),
    async distrust() {
      await Promise.all(all().map(({ views }) => views.distrust()));
    },
    async check(agent) {
      const warnings: WorkspaceWarning[] = [];
      for (const { views } of new Set([shared, setOf(agent)])) warnings.push(...(await views.check()));
      return warnings;
    },
  };
}
