/**
 * Keeps the folders of v0.0.15 filled while a run goes on, off its critical path: a fold over the answers and the final one. What
 * cannot be done is a warning of the run, never its end.
 */
import type { EventSink } from '../display/event-sink.ts';
import { answerLabel } from '../events/labels.ts';
import { join } from 'node:path';
import type { DurableEventBody } from '../events/run-event.ts';
import type { RunDirectory } from '../journal/run-directory.ts';
import type { WorkspaceWarning } from '../workspace/workspace-warning.ts';
import type { RunWorkspaces } from './run-workspaces.ts';

export function createLegacyFoldersSink(
  directory: RunDirectory,
  workspaces: Pick<RunWorkspaces, 'showInLegacyFolders' | 'showFinalInLegacyFolders'>,
  aliases: ReadonlyMap<string, string>,
  emit: (...bodies: readonly DurableEventBody[]) => Promise<void>,
): EventSink {
  const work: Promise<void>[] = [];
  const errors: unknown[] = [];

  async function show(agent: string, number: number, snapshot: string): Promise<void> {
    const alias = aliases.get(agent) ?? agent;
    const view = join(directory.views, answerLabel(alias, number));
    await tell(agent, await workspaces.showInLegacyFolders({ agent, alias, snapshot, view }));
  }

  async function showFinal(agent: string, snapshot: string): Promise<void> {
    await tell(agent, await workspaces.showFinalInLegacyFolders({ agent, snapshot }));
  }

  function tell(agent: string, warnings: readonly WorkspaceWarning[]): Promise<void> {
    return emit(...warnings.map((warning) => ({ type: 'warning.raised' as const, agent, ...warning })));
  }

  /** Only the journal fails here, which ends the run by itself; until the end nobody is there to hear of it. */
  function keep(done: Promise<void>): void {
    work.push(done.catch((error: unknown) => void errors.push(error)));
  }

  return {
    event(event) {
      if (event.type === 'answer.submitted' && event.snapshot !== undefined)
        keep(show(event.agent, event.number, event.snapshot));
      else if (event.type === 'presentation.finished' && event.snapshot !== undefined)
        keep(showFinal(event.agent, event.snapshot));
    },
    async close() {
      await Promise.all(work);
      if (errors[0] !== undefined) throw errors[0] as Error;
    },
  };
}
