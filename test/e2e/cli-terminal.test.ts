/** What a run looks like in terminals of every kind. */
import { describe, expect, test } from 'vitest';
import { makePlace, openTerminal } from '../fixtures/command-line.ts';
import { answer, vote, writeTeam } from '../fixtures/script-team.ts';

const question = 'a question that is longer than a narrow terminal is wide';
const colours = /\u001B\[[0-9;]*m/gu;

async function screenOf(env: Readonly<Record<string, string>>, columns: number): Promise<string> {
  const { cwd } = await makePlace();
  const team = await writeTeam(cwd, [
    {
      id: 'alpha',
      answers: [{ text: 'Working on it.\n' }, answer('A.')],
      decides: [vote('alpha', 'because of its many reasons')],
    },
    { id: 'beta', answers: [answer('B.')], decides: [vote('alpha', 'the same')] },
  ]);
  const terminal = openTerminal(['--config', team, question], { cwd, env, columns });
  expect(await terminal.ended).toBe(0);
  return terminal.screen.replaceAll('\r\n', '\n');
}

describe('a run in a terminal', () => {
  test('has colours that repeat what the words say, and no other escape sequence', async () => {
    const screen = await screenOf({}, 100);
    expect(screen).toMatch(colours);
    const words = screen.replaceAll(colours, '');
    expect(words).not.toContain('\u001B');
    expect(words).toContain('Working on it.');
    expect(words).toContain('Won   alpha.1 with 2 of 2 votes (most votes)');
  });

  test.each([
    ['NO_COLOR is set', { NO_COLOR: '1' }],
    ['the terminal is dumb', { TERM: 'dumb' }],
  ])('has none at all when %s', async (_, env) => {
    expect(await screenOf(env, 100)).not.toContain('\u001B');
  });

  test('fits into forty columns, but for paths and problems', async () => {
    const screen = (await screenOf({ NO_COLOR: '1' }, 40)).trimEnd().split('\n');
    expect(screen.find((line) => line.startsWith('Task'))).toMatch(/^Task {2}a question .*…$/u);
    const lines = screen.filter((line) => !/^(?:MassGen|Team|Note|Won|Logs| {6}beta)|winner:/u.test(line));
    expect(lines.length).toBeGreaterThan(8);
    expect(lines.filter((line) => line.length > 40)).toEqual([]);
    // Who it was can be read in every line.
    for (const line of lines.filter((text) => / s {2}/u.test(text)))
      expect(line).toMatch(/^ +\d+\.\d s {2}(?:alpha|beta)/u);
  });
});
