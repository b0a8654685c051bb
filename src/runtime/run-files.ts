/**
 * Files of a run as coordination needs them: snapshots when an answer is given, views before it is announced, the
 * winner's files in their final place. Everything can be done again after a crash and comes out the same.
 */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunFiles } from '../coordinator/run-files.ts';
import { answerLabel } from '../events/labels.ts';
import type { EventRecorder } from '../journal/event-recorder.ts';
import type { RunDirectory } from '../journal/run-directory.ts';
import { writeFileAtomic } from '../journal/write-file-atomic.ts';
import type { ProtocolState } from '../protocol/protocol-state.ts';
import type { RunWorkspaces } from './run-workspaces.ts';
import type { UserFiles } from './user-files.ts';

export interface RunFilesOptions {
  readonly directory: RunDirectory;
  readonly workspaces: RunWorkspaces;
  readonly userFiles: UserFiles;
  readonly recorder: EventRecorder;
  /** Writes the result file from the state; done with the final files, so a finished run always has one. */
  readonly writeResult: (state: ProtocolState) => Promise<void>;
}

export function createRunFiles(options: RunFilesOptions): RunFiles {
  const { directory, workspaces, userFiles, recorder } = options;
  return {
    viewsOf: (agent) => workspaces.viewsOf(agent),

    async publishWorkspace(agent, turn) {
      const published = await workspaces.publish(agent);
      if (published === undefined) return undefined;
      await recorder.append([{ type: 'snapshot.published', agent, turn, ...published }]).durable;
      return published.snapshot;
    },

    async publishView(event, alias) {
      if (event.snapshot === undefined) return;
      const { agent: author, snapshot, number } = event;
      await workspaces.publishView({ label: answerLabel(alias, number), snapshot, author });
    },

    async checkViews(agent) {
      const warnings = await workspaces.checkViews(agent);
      if (warnings.length === 0) return;
      await recorder.append(warnings.map((warning) => ({ type: 'warning.raised', ...warning }))).durable;
    },

    readable: (text, author, reader, view) =>
      workspaces.rewrite(text, author, { workspace: view, views: workspaces.viewsOf(reader) }),
    comparable: (text) => workspaces.comparable(text),

    stage: (agent, turn, signal) => userFiles.stage(agent, turn, signal),
    presentable: (text) => userFiles.presentable(text),
    async deliver(state) {
      await userFiles.deliver();
      await options.writeResult(state);
    },

    async writeFinal(state) {
      await writeFinal(state);
      await options.writeResult(state);
    },
  };

  async function writeFinal({ presentation, agents }: ProtocolState): Promise<void> {
    const agent = agents[presentation?.agent ?? -1];
    const finished = presentation?.finished;
    if (agent === undefined || finished === undefined) return;
    const place = directory.final(agent.id);
    await mkdir(place, { recursive: true, mode: 0o700 });
    const places = { workspace: join(place, 'workspace'), views: directory.views };
    const text = workspaces.rewrite(finished.text, agent.id, places);
    await writeFileAtomic(join(place, 'answer.txt'), `${text}\n`);
    if (finished.snapshot === undefined) return;
    const target = join(place, 'workspace');
    // Only ever a copy of ours, perhaps from before a crash; the snapshot it is made from stays.
    await rm(target, { recursive: true, force: true });
    await workspaces.materialize(finished.snapshot, target);
  }
}
