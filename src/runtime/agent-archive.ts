/**
 * Each answer as files for people: `<agent>/<time of the answer>/answer.txt`, and beside it a link to the view of
 * its files. A fold over the events; the program never reads it back, and what cannot be written ends no run.
 */
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import type { EventSink } from '../display/event-sink.ts';
import { answerLabel } from '../events/labels.ts';
import type { RunDirectory } from '../journal/run-directory.ts';

/** `aliases` by agent id. */
export function createAgentArchive(directory: RunDirectory, aliases: ReadonlyMap<string, string>): EventSink {
  const work: Promise<void>[] = [];
  const errors: unknown[] = [];

  async function keep(agent: string, at: string, text: string, view: string | undefined): Promise<void> {
    const time = at.replaceAll(/[-:]/gu, '').replace('T', '_').replace('Z', '');
    const place = join(archiveOf(directory, agent), time);
    await mkdir(place, { recursive: true, mode: 0o700 });
    await writeFile(join(place, 'answer.txt'), text, { mode: 0o600 });
    if (view !== undefined) await symlink(relative(place, view), join(place, 'workspace'));
  }

  return {
    event(event) {
      if (event.type === 'answer.submitted') {
        const { agent, at, text, number, snapshot } = event;
        const label = answerLabel(aliases.get(agent) ?? agent, number);
        const view = snapshot === undefined ? undefined : join(directory.views, label);
        // Whatever goes wrong is told at the end; until then nobody is there to hear of it.
        work.push(keep(agent, at, text, view).catch((error: unknown) => void errors.push(error)));
      }
    },
    async close() {
      await Promise.all(work);
      if (errors[0] !== undefined) throw errors[0] as Error;
    },
  };
}

/** An agent may be called like something that stands in the run directory already: that one is kept apart. */
function archiveOf(directory: RunDirectory, agent: string): string {
  const paths = Object.values(directory).filter((value) => typeof value === 'string');
  const taken = new Set([...paths.map((path) => basename(path)), ...otherNames]);
  const name = agent.toLowerCase();
  const isTaken = taken.has(name) || name.startsWith('journal.torn-');
  return isTaken ? join(directory.path, 'agents', agent) : join(directory.path, agent);
}

/** What SQLite makes beside the lock, and folders whose paths the directory does not name by themselves. */
const otherNames = ['agents', 'audit.jsonl', 'final', 'run.lock-journal', 'run.lock-shm', 'run.lock-wal'];
