/**
 * Keeps the folders of v0.0.15 filled while a run goes on, off its critical path: a fold over the answers. What
 * cannot be done is a warning of the run, never its end.
 */
import type { EventSink } from '../display/event-sink.ts';
import { answerLabel } from '../events/labels.ts';
import { join } from 'node:path';
import type { DurableEventBody } from '../events/run-event.ts';
import type { RunDirectory } from '../journal/run-directory.ts';
import type { RunWorkspaces } from './run-workspaces.ts';

export function createLegacyFoldersSink(
  directory: RunDirectory,
  workspaces: Pick<RunWorkspaces, 'showInLegacyFolders'>,
  aliases: ReadonlyMap<string, string>,
  emit: (...bodies: readonly DurableEventBody[]) => Promise<void>,
): EventSink {
  const work: Promise<void>[] = [];

  async function show(agent: string, number: number, snapshot: string): Promise<void> {
    const alias = aliases.get(agent) ?? agent;
    const view = join(directory.views, answerLabel(alias, number));
    const warnings = await workspaces.showInLegacyFolders({ agent, alias, snapshot, view });
    await emit(...warnings.map((warning) => ({ type: 'warning.raised' as const, agent, ...warning })));
  }

  return {
    event(event) {
      if (event.type !== 'answer.submitted' || event.snapshot === undefined) return;
      work.push(show(event.agent, event.number, event.snapshot));
    },
    async close() {
      const results = await Promise.allSettled(work);
      const failed = results.find((result) => result.status === 'rejected');
      if (failed !== undefined) throw failed.reason as Error;
    },
  };
}
