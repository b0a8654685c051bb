/**
 * The plain display: one line an event, appended, never rewritten. Each line says when and who; streamed text is
 * shown by whole lines, so texts of agents that speak at once never mix within a line. Works in a pipe as it does
 * in a terminal; colour only repeats what the words say.
 */
import { styleText } from 'node:util';
import type { DurableEvent, RunEvent } from '../events/run-event.ts';
import { describeEvent, limits, plural, rules, seconds, type Description } from './describe-event.ts';
import { redactEvent } from '../logging/redact-event.ts';
import type { EventSink } from './event-sink.ts';
import { madeLines, type MadeChanges } from './made-lines.ts';
import type { TextOutput } from './text-output.ts';
import { oneLine, visibleText } from './visible-text.ts';

type Style = Parameters<typeof styleText>[0];

/** Characters of the time in front of a line. */
const timeWidth = 8;

const agentColors: readonly Style[] = ['cyan', 'magenta', 'yellow', 'blue', 'green'];
const tones: Readonly<Record<Description['tone'], Style>> = {
  quiet: 'dim',
  normal: 'reset',
  good: 'bold',
  bad: 'red',
  strong: 'bold',
};

export interface PlainDisplayOptions {
  readonly output: TextOutput;
  /** Masks what looks like a secret. */
  readonly redact: (text: string) => string;
  /** Makes paths short for people, such as relative to where they are. */
  readonly shortPath: (path: string) => string;
  /** Where the winner's files are; undefined when it has none. */
  readonly finalFiles: (agent: string) => string | undefined;
  /** What happened before the run was taken up again; default nothing. Told in short only. */
  readonly journaled?: readonly DurableEvent[];
}

export function createPlainDisplay(options: PlainDisplayOptions): EventSink {
  const { output, redact } = options;
  // Some terminals say that they have none.
  const columns = (): number | undefined => output.columns() || undefined;
  const pending = new Map<string, string>();
  const votes: Extract<DurableEvent, { type: 'winner.selected' }>[] = [];
  const made: MadeChanges[] = [];
  let started: Extract<DurableEvent, { type: 'run.started' }> | undefined;
  let since: number | undefined;
  let presenting: string | undefined;
  let presented: Extract<DurableEvent, { type: 'presentation.finished' }> | undefined;
  let resumed = false;
  let ended = false;
  let width = 0;

  const paint = (style: Style, text: string): string =>
    output.color ? styleText(style, text, { validateStream: false }) : text;

  const elapsed = (at: string): number => Math.max(0, Date.parse(at) - (since ?? Date.parse(at)));

  function name(agent: string | undefined): string {
    const index = started?.agents.findIndex(({ id }) => id === agent) ?? -1;
    const padded = (agent ?? '').padEnd(width);
    return index === -1 ? padded : paint(agentColors[index % agentColors.length] ?? 'cyan', padded);
  }

  /** Cut to the line of a terminal; what went wrong is told whole. */
  function fit({ text, tone }: Description): string {
    const room = columns();
    const whole = room === undefined || tone === 'bad' || tone === 'strong';
    return whole ? visibleText(text) : oneLine(text, Math.max(20, room - width - timeWidth - 5));
  }

  function line(at: string, agent: string | undefined, text: string): void {
    const time = seconds(elapsed(at)).padStart(timeWidth);
    // What goes on below is set in, so that it cannot be taken for lines of ours.
    const rest = `\n${' '.repeat(timeWidth + width + 4)}`;
    output.write(`${paint('dim', time)}  ${name(agent)}  ${text.replaceAll('\n', rest)}\n`);
  }

  /** Prints the whole lines of what an agent said; with `all` also an unfinished one. */
  function speak(at: string, agent: string, all: boolean): void {
    const text = pending.get(agent) ?? '';
    const end = all ? text.length : text.lastIndexOf('\n') + 1;
    pending.set(agent, text.slice(end));
    for (const spoken of visibleText(redact(text.slice(0, end))).split('\n')) {
      if (spoken.trim() !== '') line(at, agent, `| ${spoken}`);
    }
  }

  function header(event: Extract<DurableEvent, { type: 'run.started' }>): void {
    started = event;
    width = Math.max(3, ...event.agents.map(({ id }) => id.length));
    output.write(`${paint('bold', `MassGen ${event.program}`)}  run ${event.run}\n`);
    output.write(`Task  ${oneLine(event.question, (columns() ?? 100) - 6)}\n`);
    for (const [index, { id, alias, backend, model, scripted }] of event.agents.entries()) {
      const what = scripted
        ? 'scripted, no model'
        : model === undefined
          ? backend
          : `${backend} ${oneLine(model, 60)}`;
      output.write(
        `${index === 0 ? 'Team' : '    '}  ${name(id)}  ${what}, known to the others as ${alias}\n`,
      );
    }
    if (event.agents.every(({ scripted }) => scripted)) {
      output.write(
        'Note  These agents are scripted: what they say is written in advance; tools, files and votes are real.\n',
      );
    }
    output.write('\n');
  }

  function ending(event: Extract<DurableEvent, { type: 'run.finished' }>): void {
    const rule = '-'.repeat(Math.min(columns() ?? 72, 72));
    const winner = votes.at(-1);
    if (winner !== undefined) {
      for (const { agent, for: label, reason } of winner.votes) {
        const room = (columns() ?? 120) - 'Vote    for : '.length - width - label.length;
        output.write(
          `Vote  ${name(agent)}  for ${label}${reason === '' ? '' : `: ${oneLine(reason, Math.max(8, room))}`}\n`,
        );
      }
      const count = winner.votes.filter(({ for: label }) => label === winner.answer).length;
      const tally =
        winner.votes.length === 0 ? '' : ` with ${count} of ${plural(winner.votes.length, 'vote')}`;
      output.write(`Won   ${winner.answer}${tally} (${rules[winner.rule]})\n`);
      const files = options.finalFiles(winner.agent);
      if (files !== undefined) output.write(`Files ${visibleText(options.shortPath(files))}\n`);
    } else {
      output.write(
        `${rule}\n${paint('red', visibleText(`No answer: ${event.error?.message ?? event.outcome}`))}\n`,
      );
      if (event.error?.hint !== undefined)
        output.write(`${visibleText(event.error.hint.replaceAll('RUN', event.run))}\n`);
    }
    if (event.limited !== undefined && winner !== undefined) {
      output.write(`Limit ${limits[event.limited]}: this is the best there was by then\n`);
    }
    for (const text of madeLines(made, event.run, options.shortPath)) output.write(`${visibleText(text)}\n`);
    output.write(`Time  ${seconds(elapsed(event.at))}${resumed ? ' since it was taken up again' : ''}\n`);
    output.write(`Logs  ${visibleText(options.shortPath(started?.directory ?? ''))}\n`);
  }

  function answer(event: Extract<DurableEvent, { type: 'presentation.finished' }>): void {
    const rule = '-'.repeat(Math.min(columns() ?? 72, 72));
    const how =
      event.source === 'presented' ? `presented by ${event.agent}` : `as submitted by ${event.agent}`;
    output.write(`\n${rule}\n${paint('bold', `Final answer, ${how}`)}\n${rule}\n`);
    output.write(`${visibleText(event.text).trim()}\n${rule}\n`);
  }

  for (const journaled of options.journaled ?? []) {
    const event = redactEvent(journaled, redact);
    if (event.type === 'run.started') header(event);
    else if (event.type === 'winner.selected') votes.push(event);
    else if (
      event.type === 'context.changed' ||
      event.type === 'changes.applied' ||
      event.type === 'changes.kept'
    )
      made.push(event);
    else if (event.type === 'presentation.started') presenting = event.agent;
    else if (event.type === 'presentation.finished') presented = event;
  }

  return {
    event(given: RunEvent) {
      // Before anything of it is cut. What agents say is redacted by whole lines, because it comes in pieces.
      const event = 'seq' in given ? redactEvent(given, redact) : given;
      // What servers do when they are closed is in the journal.
      if (ended) return;
      if (started !== undefined && since === undefined) {
        since = Date.parse(event.at);
        resumed = true;
      }
      switch (event.type) {
        case 'text.delta':
          if (event.agent === presenting) return;
          pending.set(event.agent, (pending.get(event.agent) ?? '') + event.text);
          if (event.text.includes('\n')) speak(event.at, event.agent, false);
          return;
        case 'reasoning.delta':
          return;
        case 'run.started':
          header(event);
          since = Date.parse(event.at);
          return;
        case 'presentation.started':
          presented = undefined;
          // What it says now is the answer, which is shown as a whole when it is complete.
          presenting = event.agent;
          break;
        case 'winner.selected':
          votes.push(event);
          break;
        case 'context.changed':
        case 'changes.applied':
        case 'changes.kept':
          // Told with the result, where nobody overlooks it.
          made.push(event);
          return;
        case 'run.finished':
          for (const agent of pending.keys()) speak(event.at, agent, true);
          // Presented before the run was taken up again, and perhaps never seen.
          if (presented !== undefined) answer(presented);
          ending(event);
          ended = true;
          return;
        default:
      }
      if ('agent' in event && typeof event.agent === 'string' && pending.has(event.agent)) {
        speak(event.at, event.agent, true);
      }
      const description = describeEvent(event);
      if (description !== undefined) {
        line(event.at, description.agent, paint(tones[description.tone], fit(description)));
      }
      if (event.type === 'presentation.finished') answer(event);
    },
    close: () => Promise.resolve(),
  };
}
