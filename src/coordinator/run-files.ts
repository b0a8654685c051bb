/** What coordination needs of workspaces and the run directory; the runtime puts it together. */
import type { DurableEvent } from '../events/run-event.ts';
import type { ProtocolState } from '../protocol/protocol-state.ts';

/** A copy of files of the user, which the final turn may change. */
export interface StagedPath {
  /** What it is a copy of. */
  readonly path: string;
  readonly place: string;
  /** Paths in the copy that stay as they are. */
  readonly protectedPaths: readonly string[];
}

export interface RunFiles {
  /** Where the agent reads views. */
  viewsOf(agent: string): string;
  /** Publishes the agent's workspace and journals the snapshot; undefined when it has none. */
  publishWorkspace(agent: string, turn: number): Promise<string | undefined>;
  /** Makes the files of an accepted answer readable to all, before anybody is told of it. */
  publishView(event: Extract<DurableEvent, { type: 'answer.submitted' }>, alias: string): Promise<void>;
  /** Sees to it that views are as they were made, before a turn in which the agent may read them. */
  checkViews(agent: string): Promise<void>;
  /** The answer as another agent reads it, with paths it can open. */
  readable(text: string, author: string, reader: string, view: string | undefined): string;
  /** The form in which duplicates are compared. */
  comparable(text: string): string;
  /** Makes the copies that the final turn of the agent may change; empty when there are none to make. */
  stage(agent: string, turn: number, signal: AbortSignal): Promise<readonly StagedPath[]>;
  /** The final answer, with paths of the user's files where it names copies of them. */
  presentable(text: string): string;
  /** Once the final turn rests: what it did to the copies is made in the user's files, as the config says. */
  deliver(state: ProtocolState): Promise<void>;
  /** Puts the winner's answer and files into their final place. May be done again after a crash. */
  writeFinal(state: ProtocolState): Promise<void>;
}
