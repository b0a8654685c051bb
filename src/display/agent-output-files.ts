/**
 * The text files of a run: one per agent with everything it said and did, the status of the whole, and the final
 * presentation. They are folds over the events for people who look later, never read back by the program.
 */
import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import type { DurableEvent } from '../events/run-event.ts';
import { describeEvent } from './describe-event.ts';
import type { EventSink } from './event-sink.ts';

const mode = 0o600;

export async function createAgentOutputFiles(
  directory: string,
  agents: readonly string[],
  redact: (text: string) => string,
): Promise<EventSink> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const errors: Error[] = [];
  const open = (name: string): WriteStream => {
    const stream = createWriteStream(join(directory, name), { flags: 'a', mode });
    // A full disk must not end the run here: the journal decides that. It is reported when the sink closes.
    stream.on('error', (error) => errors.push(error));
    return stream;
  };
  const files = new Map(agents.map((agent) => [agent, open(`${agent}.txt`)]));
  const status = open('system_status.txt');
  const speaking = new Set<string>();
  const work: Promise<void>[] = [];

  function say(agent: string, text: string): void {
    files.get(agent)?.write(redact(text));
    speaking.add(agent);
  }

  function note(event: DurableEvent): void {
    const description = describeEvent(event);
    if (description === undefined) return;
    const time = event.at.slice(11, 19);
    const text = redact(description.text);
    status.write(`[${time}] ${description.agent === undefined ? '' : `${description.agent}: `}${text}\n`);
    const { agent } = description;
    if (agent === undefined) return;
    const gap = speaking.delete(agent) ? '\n' : '';
    files.get(agent)?.write(`${gap}[${time}] ${text}\n`);
    if (event.type === 'answer.submitted') files.get(agent)?.write(`${redact(event.text)}\n`);
  }

  return {
    event(event) {
      switch (event.type) {
        case 'text.delta':
          say(event.agent, event.text);
          return;
        case 'reasoning.delta':
          return;
        case 'presentation.finished': {
          note(event);
          const text = `${event.at}  ${event.agent} (${event.source})\n\n${redact(event.text)}\n`;
          const path = join(directory, `final_presentation_${event.agent}.txt`);
          work.push(writeFile(path, text, { mode }).catch((error: Error) => void errors.push(error)));
          return;
        }
        default:
          note(event);
      }
    },
    async close() {
      const streams = [...files.values(), status];
      for (const stream of streams) stream.end();
      const results = await Promise.allSettled([...streams.map((stream) => finished(stream)), ...work]);
      const failed = results.find((result) => result.status === 'rejected');
      if (failed !== undefined) throw failed.reason as Error;
      if (errors[0] !== undefined) throw errors[0];
    },
  };
}
