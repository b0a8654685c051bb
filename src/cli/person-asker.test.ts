import { describe, expect, test } from 'vitest';
import type { ElicitationField, ElicitationQuestion } from '../mcp/elicitation.ts';
import { askOne } from './person-asker.ts';

function field(name: string, more: Partial<ElicitationField> = {}): ElicitationField {
  return { name, title: name, description: '', type: 'string', required: false, ...more };
}

function form(...fields: readonly ElicitationField[]): ElicitationQuestion {
  return { type: 'form', server: 'booking', message: 'When?', fields };
}

/** What the server is told and what was on the screen, when the person types these lines. */
async function asked(question: ElicitationQuestion, ...typed: readonly string[]) {
  const lines = [...typed];
  let screen = '';
  const answer = await askOne(question, {
    say: (text) => {
      screen += text;
    },
    read: () => Promise.resolve(lines.shift()),
  });
  return { answer, screen };
}

describe('a form', () => {
  test('is filled in with what is typed, each field as its type', async () => {
    const question = form(
      field('day', { required: true }),
      field('guests', { type: 'integer' }),
      field('price', { type: 'number' }),
      field('smoking', { type: 'boolean' }),
      field('room', { choices: ['small', 'large'] }),
    );
    const { answer } = await asked(question, 'Monday', '3', '9.5', 'no', 'large');
    expect(answer).toEqual({
      action: 'accept',
      content: { day: 'Monday', guests: 3, price: 9.5, smoking: false, room: 'large' },
    });
  });

  test('asks again for what is no value of its type, and leaves out what is left empty', async () => {
    const question = form(
      field('guests', { type: 'integer' }),
      field('note'),
      field('room', { choices: ['a'] }),
    );
    const { answer, screen } = await asked(question, 'many', '2.5', '4', '', 'b', 'a');
    expect(answer).toEqual({ action: 'accept', content: { guests: 4, room: 'a' } });
    expect(screen.match(/That is no integer\./gu)).toHaveLength(2);
    expect(screen).toContain('That is no value of the list.');
  });

  test.each([
    ['an empty line for a needed field', ['']],
    ['the end of the input', []],
  ])('is declined by %s', async (_, typed) => {
    expect((await asked(form(field('day', { required: true })), ...typed)).answer).toEqual({
      action: 'decline',
    });
  });

  test('without fields is a plain question, and only yes is yes', async () => {
    expect((await asked(form(), 'y')).answer).toEqual({ action: 'accept', content: {} });
    for (const typed of ['', 'n', 'maybe', 'yesterday'])
      expect((await asked(form(), typed)).answer).toMatchObject({ action: 'decline' });
  });

  test('names its server, and nothing in it reaches the terminal but words', async () => {
    const evil = {
      ...form(field('a', { title: '\u001B[2Jx', required: true })),
      message: 'Hi\u001B]0;t\u0007 there',
    };
    const { screen } = await asked(evil, 'ok');
    expect(screen).toContain('MCP server booking asks: Hi there');
    expect(screen).not.toContain('\u001B');
  });
});

test('an address is shown with its host and opened by nobody; only yes means that it was', async () => {
  const question = {
    type: 'url',
    server: 's',
    message: 'Log in.',
    url: 'https://login.example/a?b=c',
  } as const;
  const { answer, screen } = await asked(question, 'y');
  expect(answer).toEqual({ action: 'accept' });
  expect(screen).toContain('login.example');
  expect(screen).toContain('https://login.example/a?b=c');
  expect((await asked(question, '')).answer).toEqual({ action: 'decline' });
});
