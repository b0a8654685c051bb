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
  const errors: unknown[] = [];

  async function show(agent: string, number: number, snapshot: string): Promise<void> {
    const alias = aliases.get(agent) ?? agent;
    const view = join(directory.views, answerLabel(alias, number));
    const warnings = await workspaces.showInLegacyFolders({ agent, alias, snapshot, view });
    await emit(...warnings.map((warning) => ({ type: 'warning.raised' as const, agent, ...warning })));
  }

  return {
    event(event) {
      if (event.type !== 'answer.submitted' || event.snapshot === undefined) return;
      // Only the journal fails here, which ends the run by itself; until the end nobody is there to hear of it.
      work.push(
        show(event.agent, event.number, event.snapshot).catch((error: unknown) => void errors.push(error)),
      );
    },
    async close() {
      await Promise.all(work);
      if (errors[0] !== undefined) throw errors[0] as Error;
    },
  };
}
