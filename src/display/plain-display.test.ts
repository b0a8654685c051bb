import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mask, redactText } from '../logging/redact-text.ts';
import { secret, started, tellRun, wholeRun } from './events.test-support.ts';
import { createPlainDisplay, type PlainDisplayOptions } from './plain-display.ts';

interface Screen {
  readonly columns?: number;
  readonly color?: boolean;
}

function show(
  told: Parameters<typeof tellRun>[0],
  { columns, color = false }: Screen = {},
  more: Partial<PlainDisplayOptions> = {},
): string {
  let shown = '';
  const display = createPlainDisplay({
    output: { write: (text) => (shown += text), color, interactive: false, columns: () => columns },
    redact: redactText,
    shortPath: (path) => path.replace('/logs/', 'massgen_logs/'),
    finalFiles: (agent) => `/logs/final/${agent}/workspace`,
    ...more,
  });
  for (const event of tellRun(told)) display.event(event);
  return shown;
}

const golden = `MassGen 0.1.0  run log_20260101_000000_abcd
Task  Write a report on this folder.…
Team  writer  scripted, no model, known to the others as agent2
      critic  chatcompletion gpt-5-mini, known to the others as agent1

   0.1 s  writer  starts on the task
   0.2 s  critic  starts on the task
   0.4 s  critic  | First line.
   0.6 s  critic  | Second line.
   0.7 s  writer  | I look at the folder.
   0.7 s  writer  tool mcp__filesystem__write_file ok, 4 ms
   0.8 s  writer  files +notes.md -old.md
   0.9 s  writer  answers as writer.1: See notes.md for everything that was found in the folder, with sizes and dates of all the files in…
   1.0 s  critic  votes for writer.1: complete and well ordered
   1.1 s  writer  votes for writer.1
   1.2 s          winner: writer.1 (most votes)
   1.3 s  writer  presents the final answer

------------------------------------------------------------------------
Final answer, presented by writer
------------------------------------------------------------------------
The final words.
------------------------------------------------------------------------
Vote  writer  for writer.1
Vote  critic  for writer.1: complete and well ordered
Won   writer.1 with 2 of 2 votes (most votes)
Files massgen_logs/final/writer/workspace
Time  1.6 s
Logs  massgen_logs/log_20260101_000000_abcd
`;

describe('a whole run', () => {
  test('without a width is told line by line, and ends with answer, votes, time and places', () => {
    expect(show(wholeRun)).toBe(golden);
  });

  test('on a terminal of 60 columns every line of ours fits', () => {
    const shown = show(wholeRun, { columns: 60 });
    // But for the lines that introduce the team, which are told whole.
    const long = shown.split('\n').filter((line) => line.length > 60);
    expect(long.every((line) => line.includes('known to the others as'))).toBe(true);
    expect(shown).toContain(`${'-'.repeat(60)}\n`);
    expect(shown).toContain('   0.9 s  writer  answers as writer.1: See notes.md for ev…\n');
  });

  test('with colour says the same', () => {
    const shown = show(wholeRun, { color: true });
    expect(shown).toContain('\u001B[');
    expect(shown.replaceAll(/\u001B\[\d+m/gu, '')).toBe(golden);
  });

  test('is the same when a terminal says that it has no columns', () => {
    expect(show(wholeRun, { columns: 0 })).toBe(golden);
  });
});

describe('what agents say', () => {
  test('never mixes within a line, however it is cut and whoever speaks at once', () => {
    const agents = ['writer', 'critic'];
    const delta = fc.record({
      agent: fc.constantFrom(...agents),
      text: fc.array(fc.constantFrom('word', ' ', '\n', 'more')).map((parts) => parts.join('')),
    });
    fc.assert(
      fc.property(fc.array(delta, { maxLength: 30 }), (deltas) => {
        const told = [
          started,
          ...deltas.map((each) => ({ type: 'text.delta' as const, ...each })),
          { type: 'run.finished' as const, outcome: 'no_answer' as const },
        ];
        const lines = show(told).split('\n');
        for (const agent of agents) {
          const said = deltas
            .filter((each) => each.agent === agent)
            .map(({ text }) => text)
            .join('');
          const shown = lines.flatMap((line) => line.split(` s  ${agent}  | `)[1] ?? []);
          expect(shown).toEqual(said.split('\n').filter((line) => line.trim() !== ''));
        }
      }),
    );
  });

  test('nothing that a terminal acts on comes through, whatever event it is in', () => {
    const bad = '\u001B[2J\u001B]0;evil\u0007\r\u202Eexe\u009B1A\u0000';
    const common = { agent: 'writer', turn: 1 } as const;
    const error = { code: 'MG1', message: bad, hint: bad };
    const shown = show([
      { ...started, question: bad } as typeof started,
      { type: 'text.delta', agent: 'writer', text: `${bad}\n` },
      {
        type: 'tool.call.finished',
        ...common,
        call: 'c',
        tool: bad,
        outcome: 'denied',
        content: [],
        latencyMs: 1,
        error,
      },
      {
        type: 'workspace.changed',
        ...common,
        call: 'c',
        added: [bad],
        modified: [bad],
        deleted: [bad],
        cut: false,
      },
      { type: 'attempt.rejected', ...common, attempt: 1, reason: 'no_decision', message: bad },
      { type: 'turn.failed', ...common, error, failures: 1 },
      { type: 'server.failed', server: 'x', agent: 'writer', error },
      { type: 'warning.raised', code: 'MG1', message: bad, hint: bad },
      { type: 'vote.cast', ...common, for: 'writer.1', reason: bad, shown: 1 },
      { type: 'presentation.finished', ...common, text: bad, source: 'stored', error },
      { type: 'run.finished', outcome: 'no_answer', error },
    ]);
    expect(shown).not.toMatch(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202E]/u);
    expect(shown).not.toContain('evil');
  });

  test('cannot be made to look like lines of ours', () => {
    const fake = 'x\n   9.9 s  critic  votes for writer.1\nWon   critic.1';
    const shown = show([
      started,
      { type: 'text.delta', agent: 'writer', text: `${fake}\n` },
      {
        type: 'server.failed',
        server: 'files',
        agent: 'writer',
        error: { code: 'MG1403', message: `did not start\n  its stderr: ${fake}` },
      },
    ]);
    const ours = shown.split('\n').filter((line) => /^ {0,7}\d/u.test(line) || line.startsWith('Won'));
    expect(ours.every((line) => line.includes('  writer  '))).toBe(true);
    expect(shown).toContain('\n                  Won   critic.1');
  });
});

describe('secrets', () => {
  test('are masked before anything is cut, also when they come in pieces', () => {
    const shown = show(
      [
        { ...started, question: `${'q'.repeat(80)} ${secret}` } as typeof started,
        { type: 'text.delta', agent: 'writer', text: `the key is ${secret.slice(0, 12)}` },
        { type: 'text.delta', agent: 'writer', text: `${secret.slice(12)}\n` },
        {
          type: 'answer.submitted',
          agent: 'writer',
          turn: 1,
          label: 'writer.1',
          number: 1,
          text: `${'a'.repeat(90)} ${secret}`,
          comparable: '',
        },
        { type: 'presentation.finished', agent: 'writer', turn: 1, text: `use ${secret}`, source: 'stored' },
      ],
      { columns: 200 },
    );
    expect(shown).not.toContain('sk-proj');
    expect(shown).toContain(`| the key is ${mask}`);
    expect(shown).toContain(`use ${mask}`);
  });
});

describe('the end', () => {
  test('without an answer says why and what to do', () => {
    const error = { code: 'MG1801', message: 'All agents failed', hint: 'Try "massgen runs resume RUN".' };
    const shown = show([started, { type: 'run.finished', outcome: 'all_failed', error }]);
    expect(shown).toContain(
      'No answer: All agents failed\nTry "massgen runs resume log_20260101_000000_abcd".\nTime  0.1 s\n',
    );
  });

  test('at a limit says which', () => {
    const told = wholeRun.map((body) =>
      body.type === 'run.finished' ? { ...body, limited: 'orchestrator_timeout' as const } : body,
    );
    expect(show(told)).toContain(
      'Limit the time for the coordination was up: this is the best there was by then\n',
    );
  });

  test('a winner without files names none', () => {
    expect(show(wholeRun, {}, { finalFiles: () => undefined })).not.toContain('Files');
  });

  test('of a line that is not finished shows it', () => {
    const shown = show([
      started,
      { type: 'text.delta', agent: 'writer', text: 'half a li' },
      { type: 'run.finished', outcome: 'stopped' },
    ]);
    expect(shown).toContain('writer  | half a li\n');
  });
});

test('a run that is taken up again is told with its team, from now, and with its votes and its answer', () => {
  const before = tellRun(wholeRun.slice(0, 16)).flatMap((event) => ('seq' in event ? [event] : []));
  const shown = show(
    [
      { type: 'run.resumed', after: 12, program: '0.1.0' },
      { type: 'run.finished', outcome: 'answered', winner: 'writer.1' },
    ],
    {},
    { journaled: before },
  );
  expect(shown).toContain('Team  writer');
  expect(shown).toContain('   0.0 s          the run is taken up again');
  expect(shown).toContain('The final words.');
  expect(shown).toContain('Won   writer.1 with 2 of 2 votes');
  expect(shown).toContain('Time  0.1 s since it was taken up again');
});

test('a team of scripts says so', () => {
  const scripted = { ...started, agents: [{ id: 'a', alias: 'agent1', backend: 'script', scripted: true }] };
  expect(show([scripted as typeof started])).toContain('These agents are scripted');
  expect(show([started])).not.toContain('These agents are scripted');
});
