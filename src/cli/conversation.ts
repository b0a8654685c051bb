/**
 * A conversation: each line is a question, each question a run that knows the exchanges before it. Works at a
 * terminal and in a pipe; ends with the input or with /quit.
 */
import { createInterface } from 'node:readline';
import type { Runtime } from '../runtime/create-runtime.ts';
import type { Exchange, RunOptions } from '../runtime/run-options.ts';
import type { OutputForm } from './run-flags.ts';
import { printError } from './print-error.ts';
import { watchRun } from './watch-run.ts';

const help = `/help    this list
/status  the team and how much was said
/clear   forget what was said
/quit    leave (also: end of input)
Any other line is a question to the team.
`;

export async function converse(
  runtime: Runtime,
  options: Omit<RunOptions, 'question' | 'history'>,
  form: OutputForm,
): Promise<number> {
  const terminal = process.stdin.isTTY && process.stderr.isTTY;
  const say = (text: string): void => void process.stderr.write(text);
  if (terminal) say(`Team: ${options.config.agents.map(({ id }) => id).join(', ')}. /help lists the commands.\n`);
  const lines = createInterface({ input: process.stdin, terminal: false });
  const history: Exchange[] = [];
  let status = 0;
  const ask = (): void => {
    if (terminal) say('\n> ');
  };
  ask();
  for await (const line of lines) {
    const text = line.trim();
    switch (text.toLowerCase()) {
      case '':
        break;
      case '/quit':
      case '/exit':
      case '/q':
      case 'quit':
      case 'exit':
        return status;
      case '/help':
      case '/h':
        say(help);
        break;
      case '/clear':
      case '/reset':
        history.length = 0;
        say('Forgotten.\n');
        break;
      case '/status':
        say(`${options.config.agents.length} agents: ${options.config.agents.map(({ id }) => id).join(', ')}; ${history.length} exchanges\n`);
        break;
      default: {
        if (text.startsWith('/')) {
          say(`There is no command ${text.split(' ')[0]}.\n${help}`);
          break;
        }
        const { answer, status: ended } = await askTeam(text);
        status = ended;
        if (answer !== undefined) history.push({ user: text, assistant: answer });
      }
    }
    ask();
  }
  if (terminal) say('\n');
  return status;

  async function askTeam(question: string): Promise<{ readonly status: number; readonly answer?: string }> {
    try {
      return await watchRun(await runtime.startRun({ ...options, question, history: [...history] }), form);
    } catch (error) {
      return { status: printError(error, form !== 'text') };
    }
  }
}
