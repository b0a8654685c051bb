/**
 * The text files of a run: one per agent with everything it said and did, the status of the whole, and the final
 * presentation. They are folds over the events for people who look later, never read back by the program.
 */
import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import type { DurableEvent } from '../events/run-event.ts';
import { redactEvent } from '../logging/redact-event.ts';
import { describeEvent } from './describe-event.ts';
import type { EventSink } from './event-sink.ts';
import { visibleText } from './visible-text.ts';

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
  const files = new Map(agents.map((agent) => [agent, open(`${fileName(agent)}.txt`)]));
  const status = open('system_status.txt');
  /** What an agent has begun to say; written line by line, because a secret may come in pieces. */
  const speaking = new Map<string, string>();
  const work: Promise<void>[] = [];

  function say(agent: string, text: string): void {
    const said = (speaking.get(agent) ?? '') + text;
    const end = said.lastIndexOf('\n') + 1;
    if (end > 0) files.get(agent)?.write(visibleText(redact(said.slice(0, end))));
    speaking.set(agent, said.slice(end));
  }

  function finishLine(agent: string): void {
    if ((speaking.get(agent) ?? '') !== '') say(agent, '\n');
  }

  function note(event: DurableEvent): void {
    const description = describeEvent(event);
    if (description === undefined) return;
    const time = event.at.slice(11, 19);
    const text = visibleText(description.text).replaceAll('\n', '\n    ');
    status.write(`[${time}] ${description.agent === undefined ? '' : `${description.agent}: `}${text}\n`);
    const { agent } = description;
    if (agent === undefined) return;
    finishLine(agent);
    files.get(agent)?.write(`[${time}] ${text}\n`);
    if (event.type === 'answer.submitted') files.get(agent)?.write(`${visibleText(event.text)}\n`);
  }

  function present(event: Extract<DurableEvent, { type: 'presentation.finished' }>): void {
    const text = `${event.at}  ${event.agent} (${event.source})\n\n${visibleText(event.text)}\n`;
    const path = join(directory, `final_presentation_${event.agent}.txt`);
    work.push(writeFile(path, text, { mode }).catch((error: Error) => void errors.push(error)));
  }

  return {
    event(event) {
      switch (event.type) {
        case 'text.delta':
          say(event.agent, event.text);
          return;
        case 'reasoning.delta':
          return;
        default: {
          const clean = redactEvent(event, redact);
          note(clean);
          if (clean.type === 'presentation.finished') present(clean);
        }
      }
    },
    async close() {
      for (const agent of speaking.keys()) finishLine(agent);
      const streams = [...files.values(), status];
      for (const stream of streams) stream.end();
      // A stream that has failed has said so before, and says here no more than that it has ended too early.
      const results = await Promise.allSettled([...streams.map((stream) => finished(stream)), ...work]);
      const failed = results.find((result) => result.status === 'rejected');
      if (errors[0] !== undefined) throw errors[0];
      if (failed !== undefined) throw failed.reason as Error;
    },
  };
}

/** Ids that would share a file with one of ours get another name. */
function fileName(agent: string): string {
  return /^(?:system_status$|final_presentation_)/u.test(agent) ? `agent_${agent}` : agent;
}
