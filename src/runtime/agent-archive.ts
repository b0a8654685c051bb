/**
 * Each answer as files for people: `<agent>/<time of the answer>/answer.txt`, and beside it a link to the view of
 * its files. A fold over the events; the program never reads it back.
 */
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { EventSink } from '../display/event-sink.ts';
import { answerLabel } from '../events/labels.ts';
import type { RunDirectory } from '../journal/run-directory.ts';

/** `aliases` by agent id. */
export function createAgentArchive(
  directory: RunDirectory,
  aliases: ReadonlyMap<string, string>,
): EventSink {
  const work: Promise<void>[] = [];

  async function keep(
    agent: string,
    at: string,
    text: string,
    view: string | undefined,
  ): Promise<void> {
    const place = join(directory.path, agent, at.replaceAll(/[-:]/gu, '').replace('T', '_').replace('Z', ''));
    await mkdir(place, { recursive: true, mode: 0o700 });
    await writeFile(join(place, 'answer.txt'), text, { mode: 0o600 });
    if (view !== undefined) await symlink(relative(place, view), join(place, 'workspace'));
  }

  return {
    event(event) {
      if (event.type === 'answer.submitted') {
        const { agent, at, text, number, snapshot } = event;
        const label = answerLabel(aliases.get(agent) ?? agent, number);
        work.push(keep(agent, at, text, snapshot === undefined ? undefined : join(directory.views, label)));
      }
    },
    async close() {
      const results = await Promise.allSettled(work);
      const failed = results.find((result) => result.status === 'rejected');
      if (failed !== undefined) throw failed.reason as Error;
    },
  };
}
