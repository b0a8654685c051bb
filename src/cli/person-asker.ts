/**
 * Puts questions of MCP servers to the person at the terminal, one at a time, with the name of the server. Nothing is
 * filled in, opened or sent that the person did not type or agree to; an empty line says no.
 */
import { oneLine, visibleText } from '../display/visible-text.ts';
import type {
  AskPerson,
  ElicitationAnswer,
  ElicitationField,
  ElicitationQuestion,
} from '../mcp/elicitation.ts';
import { createLineSource, type LineSource } from './line-source.ts';

export interface PersonAskerOptions {
  /** Lines of the terminal. Default: opened for each question. */
  readonly lines?: LineSource;
}

/** Undefined where nobody sits at a terminal. */
export function createPersonAsker({ lines }: PersonAskerOptions = {}): AskPerson | undefined {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined;
  const say = (text: string): void => void process.stderr.write(text);
  let before: Promise<unknown> = Promise.resolve();
  return (question, signal) => {
    const answer = before.then(async () => {
      if (signal.aborted) return { action: 'cancel' } as const;
      const source = lines ?? createLineSource(process.stdin);
      try {
        return await askOne(question, { say, read: () => source.fresh(signal) });
      } finally {
        if (lines === undefined) {
          source.close();
          process.stdin.pause();
        }
      }
    });
    before = answer.catch(() => undefined);
    return answer;
  };
}

interface Terminal {
  readonly say: (text: string) => void;
  /** Undefined when there is no more to read. */
  readonly read: () => Promise<string | undefined>;
}

/** Exported for tests, which have no terminal. */
export async function askOne(
  question: ElicitationQuestion,
  { say, read }: Terminal,
): Promise<ElicitationAnswer> {
  const { server, message } = question;
  say(`\nMCP server ${server} asks: ${visibleText(message)}\n`);
  if (question.type === 'url') {
    const { host } = new URL(question.url);
    say(
      `It wants you to open an address at ${host}:\n  ${oneLine(question.url, 2_000)}\nDid you open it and finish there? [y/N] `,
    );
    return { action: isYes(await read()) ? 'accept' : 'decline' };
  }
  if (question.fields.length === 0) {
    say('Agree? [y/N] ');
    return { action: isYes(await read()) ? 'accept' : 'decline', content: {} };
  }
  say('What you type goes to that server: no passwords. An empty line leaves a field out, or declines.\n');
  const content: Record<string, string | number | boolean> = {};
  for (const field of question.fields) {
    const value = await askField(field, { say, read });
    if (value === undefined && field.required) {
      say('Declined.\n');
      return { action: 'decline' };
    }
    if (value !== undefined) content[field.name] = value;
  }
  return { action: 'accept', content };
}

async function askField(
  field: ElicitationField,
  { say, read }: Terminal,
): Promise<string | number | boolean | undefined> {
  const { title, description, type, choices, required } = field;
  const kind = choices === undefined ? type : choices.join(' | ');
  const more = description === '' ? '' : ` ${oneLine(description, 200)}`;
  for (;;) {
    say(`  ${oneLine(title, 60)} (${oneLine(kind, 200)}${required ? ', required' : ''})${more}: `);
    const text = (await read())?.trim();
    if (text === undefined || text === '') return undefined;
    const value = valueOf(text, field);
    if (value !== undefined) return value;
    say(`    That is no ${choices === undefined ? type : 'value of the list'}.\n`);
  }
}

function valueOf(text: string, { type, choices }: ElicitationField): string | number | boolean | undefined {
  if (choices !== undefined) return choices.includes(text) ? text : undefined;
  switch (type) {
    case 'string':
      return text;
    case 'boolean':
      return isYes(text) ? true : /^(?:n|no|false)$/iu.test(text) ? false : undefined;
    case 'number':
    case 'integer': {
      const value = Number(text);
      const fits = type === 'number' ? Number.isFinite(value) : Number.isSafeInteger(value);
      return fits ? value : undefined;
    }
    default:
      return type satisfies never;
  }
}

function isYes(text: string | undefined): boolean {
  return /^(?:y|yes|true)$/iu.test(text?.trim() ?? '');
}
