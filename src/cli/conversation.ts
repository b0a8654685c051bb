/**
 * A conversation: each line is a question, each question a run that knows the exchanges before it. Works at a
 * terminal and in a pipe; ends with the input or with /quit, and when somebody wants the command to stop now.
 */
import { plural } from '../display/describe-event.ts';
import { visibleText } from '../display/visible-text.ts';
import type { Runtime } from '../runtime/create-runtime.ts';
import type { Exchange, RunOptions } from '../runtime/run-options.ts';
import type { LineSource } from './line-source.ts';
import { printError } from './print-error.ts';
import type { OutputForm } from './run-flags.ts';
import type { RunWatcher, WatchResult } from './watch-run.ts';

const help = `/help    this list
/status  the team and how much was said
/clear   forget what was said
/quit    leave (also: end of input)
Any other line is a question to the team.
`;

export async function converse(
  runtime: Runtime,
  options: Omit<RunOptions, 'question' | 'history'>,
  watcher: RunWatcher,
  form: OutputForm,
  lines: LineSource,
): Promise<number> {
  const terminal = process.stdin.isTTY && process.stderr.isTTY;
  const team = options.config.agents.map(({ id }) => id).join(', ');
  const say = (text: string): void => void process.stderr.write(text);
  const ask = (): void => {
    if (terminal) say('\n> ');
  };
  const history: Exchange[] = [];
  let status = 0;

  if (terminal) say(`Team: ${team}. /help lists the commands.\n`);
  ask();
  for (let line = await lines.next(); line !== undefined; line = await lines.next()) {
    const text = line.trim();
    switch (text.toLowerCase()) {
      case '':
        if (terminal) say('Type a question, or /help.\n');
        break;
      case '/quit':
      case '/exit':
      case '/q':
      case 'quit':
      case 'exit':
      case 'q':
        return status;
      case '/help':
      case '/h':
        say(help);
        break;
      case '/clear':
      case '/reset':
      case 'clear':
      case 'reset':
        history.length = 0;
        say('Forgotten.\n');
        break;
      case '/status':
        say(
          `${plural(options.config.agents.length, 'agent')}: ${team}; ${plural(history.length, 'exchange')}\n`,
        );
        break;
      default: {
        if (text.startsWith('/')) {
          say(`There is no command ${visibleText(text.split(/\s/u, 1)[0] ?? '')}.\n${help}`);
          break;
        }
        const { answer, status: ended, stoppedNow } = await askTeam(text);
        status = ended;
        if (stoppedNow) return status;
        if (answer !== undefined) history.push({ user: text, assistant: answer });
      }
    }
    ask();
  }
  if (terminal) say('\n');
  return status;

  async function askTeam(question: string): Promise<WatchResult> {
    try {
      return await watcher.watch(await runtime.startRun({ ...options, question, history: [...history] }));
    } catch (error) {
      return { status: printError(error, form !== 'text'), stoppedNow: false };
    }
  }
}
