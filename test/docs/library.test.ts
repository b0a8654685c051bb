import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { readFileSync } from 'node:fs';
import * as library from '../../src/runtime/index.ts';
import { startFakeChatServer, type ChatStep } from '../../src/testing/index.ts';
import { ask } from './library-example.ts';
import { codeWords, readPage, root, section } from './pages.ts';

const page = readPage('docs/library.md');

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(path.join(tmpdir(), 'massgen-library-'));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(cwd, { recursive: true, force: true });
});

const call = (name: string, args: unknown): ChatStep => ({
  type: 'tool_call',
  index: 0,
  id: 'call_1',
  name,
  arguments: JSON.stringify(args),
});

test('the example gets an answer from a team', async () => {
  let answers = 0;
  const server = await startFakeChatServer({
    key: 'a-key-for-the-test',
    script: ({ tools }) => {
      const offered = tools?.map((tool) => tool.function.name) ?? [];
      if (offered.includes('vote')) return [call('vote', { answer: 'agent1.1', reason: 'good' })];
      if (offered.includes('new_answer'))
        return [call('new_answer', { content: `Answer ${(answers += 1)}` })];
      return [{ type: 'text', text: 'The final answer.' }];
    },
  });
  const said = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    const answer = await ask('What is it?', cwd, { BASE_URL: server.baseUrl, MY_KEY: 'a-key-for-the-test' });
    expect(answer).toBe('The final answer.');
    expect(said.mock.calls.filter(([text]) => String(text).includes(' votes for '))).toHaveLength(2);
  } finally {
    await server.close();
  }
});

test('the page names every export', () => {
  const named = codeWords(section(page, '## What there is')).map((word) => word.replace(/\(.*/u, ''));
  expect(named).toEqual(expect.arrayContaining(Object.keys(library)));
  const index = readFileSync(path.join(root, 'src/runtime/index.ts'), 'utf8');
  const exported = [...index.matchAll(/\{([^}]+)\}/gu)]
    .flatMap(([, names = '']) => names.split(','))
    .map((name) => name.replace('type ', '').trim())
    .filter((name) => name !== '');
  expect(named).toEqual(expect.arrayContaining(exported));
});

test('the page names everything a runtime has', () => {
  const row =
    section(page, '## What there is')
      .split('\n')
      .find((line) => line.startsWith('| `createRuntime')) ?? '';
  expect(codeWords(row)).toEqual(expect.arrayContaining(Object.keys(library.createRuntime({ cwd }))));
});
