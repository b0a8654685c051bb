import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { mask, redactText } from '../logging/redact-text.ts';
import { createAgentOutputFiles } from './agent-output-files.ts';
import { secret, started, tellRun, wholeRun } from './events.test-support.ts';

type Told = Parameters<typeof tellRun>[0];

async function filesOf(
  told: Told,
  directory = mkdtempSync(path.join(tmpdir(), 'massgen-out-')),
): Promise<Record<string, string>> {
  const sink = await createAgentOutputFiles(directory, ['writer', 'critic'], redactText);
  for (const event of tellRun(told)) sink.event(event);
  await sink.close();
  return Object.fromEntries(
    readdirSync(directory).map((name) => [name, readFileSync(path.join(directory, name), 'utf8')]),
  );
}

test('each agent has a file with what it said and did, the run one with all that happened', async () => {
  const files = await filesOf(wholeRun);
  expect(Object.keys(files).toSorted()).toEqual([
    'critic.txt',
    'final_presentation_writer.txt',
    'system_status.txt',
    'writer.txt',
  ]);
  expect(files['writer.txt']).toBe(`[00:00:00] starts on the task
I look at the folder.
[00:00:00] tool mcp__filesystem__write_file ok, 4 ms
[00:00:00] files +notes.md -old.md
[00:00:00] answers as writer.1: See notes.md for everything that was found in the folder, with sizes and dates of all the files in…
See notes.md for everything that was found in the folder, with sizes and dates of all the files in it.
[00:00:01] votes for writer.1
[00:00:01] presents the final answer
The final words.
`);
  expect(files['critic.txt']).toBe(`[00:00:00] starts on the task
First line.
Second line.
[00:00:01] votes for writer.1: complete and well ordered
`);
  expect(files['system_status.txt']).toContain('[00:00:01] winner: writer.1 (most votes)\n');
  expect(files['final_presentation_writer.txt']).toBe(
    '2026-01-01T00:00:01.500Z  writer (presented)\n\nThe final words.\n\n',
  );
});

test('secrets are masked before anything is cut, also when they come in pieces', async () => {
  const files = await filesOf([
    started,
    { type: 'text.delta', agent: 'writer', text: `the key is ${secret.slice(0, 12)}` },
    { type: 'text.delta', agent: 'writer', text: secret.slice(12) },
    {
      type: 'answer.submitted',
      agent: 'writer',
      turn: 1,
      label: 'writer.1',
      number: 1,
      text: `${'a'.repeat(90)} ${secret}`,
      comparable: '',
    },
    { type: 'presentation.finished', agent: 'writer', turn: 1, text: secret, source: 'stored' },
  ]);
  expect(JSON.stringify(files)).not.toContain('sk-proj');
  expect(files['writer.txt']).toContain(`the key is ${mask}\n`);
});

test('nothing that a terminal acts on is in a file, and no text looks like a line of another agent', async () => {
  const bad = '\u001B[2J\u202E\u009Bx';
  const files = await filesOf([
    started,
    { type: 'text.delta', agent: 'writer', text: `${bad}\n` },
    {
      type: 'server.failed',
      server: 'x',
      agent: 'writer',
      error: { code: 'MG1403', message: `${bad}\n[00:00:00] critic: votes` },
    },
    { type: 'presentation.finished', agent: 'writer', turn: 1, text: bad, source: 'stored' },
  ]);
  expect(JSON.stringify(files)).not.toMatch(/\\u001b|[\u009B\u202E]/u);
  expect(files['system_status.txt']).toContain('\n    [00:00:00] critic: votes');
});

test('a run that is taken up again goes on in the same files, which only their owner may read', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'massgen-out-'));
  await filesOf(wholeRun.slice(0, 4), directory);
  const files = await filesOf(wholeRun.slice(7), directory);
  expect(files['writer.txt']).toContain('I look at \n[00:00:00] tool mcp__filesystem__write_file ok');
  for (const name of Object.keys(files))
    expect(statSync(path.join(directory, name)).mode & 0o777).toBe(0o600);
});

test('what is said by an agent that is not in the team is left out', async () => {
  const files = await filesOf([started, { type: 'text.delta', agent: '../../etc/passwd', text: 'x\n' }]);
  expect(Object.keys(files).toSorted()).toEqual(['critic.txt', 'system_status.txt', 'writer.txt']);
});

test('files that cannot be written are told when the run is over, with the cause', async () => {
  const directory = path.join(mkdtempSync(path.join(tmpdir(), 'massgen-out-')), 'outputs');
  const sink = await createAgentOutputFiles(directory, ['writer'], redactText);
  rmSync(directory, { recursive: true });
  for (const event of tellRun(wholeRun)) sink.event(event);
  await expect(sink.close()).rejects.toMatchObject({ code: 'ENOENT' });
});
