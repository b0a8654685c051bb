/** What the README promises about running a team on one's own keys, against a fake server in place of the providers. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { chooseConfig } from '../../src/cli/choose-config.ts';
import { createRuntime } from '../../src/runtime/create-runtime.ts';
import {
  type ChatScript,
  startFakeChatServer,
  type ChatStep,
  type FakeChatServer,
} from '../../src/testing/index.ts';
import { openAiResponses } from '../fixtures/wires/openai-responses.ts';
import { startWireServer, type WireServer } from '../fixtures/wires/wire-server.ts';
import { codeBlocks, readPage } from './pages.ts';

const call = (name: string, args: unknown): ChatStep => ({
  type: 'tool_call',
  index: 0,
  id: 'call_1',
  name,
  arguments: JSON.stringify(args),
});

let cwd: string;
let server: FakeChatServer;
let responses: WireServer;
beforeEach(async () => {
  cwd = await mkdtemp(path.join(tmpdir(), 'massgen-keys-'));
  let answers = 0;
  const script: ChatScript = ({ tools }) => {
    const offered = tools?.map((tool) => tool.function.name) ?? [];
    if (offered.includes('vote')) return [call('vote', { answer: 'agent1.1', reason: 'good' })];
    if (offered.includes('new_answer')) return [call('new_answer', { content: `Answer ${(answers += 1)}` })];
    return [{ type: 'text', text: 'The final answer.' }];
  };
  server = await startFakeChatServer({ script });
  responses = await startWireServer(openAiResponses, script, 'key-one');
});
afterEach(async () => {
  await server.close();
  await responses.close();
  await rm(cwd, { recursive: true, force: true });
});

/** Asks a question and tells what went to which host with which key. */
async function ask(
  environment: Record<string, string>,
  config?: string,
): Promise<{
  readonly answer: string | undefined;
  readonly sent: readonly string[];
  readonly directory: string;
}> {
  const sent = new Set<string>();
  const surroundings = { PATH: process.env['PATH'] ?? '', HOME: cwd, ...environment };
  const flags = { output: 'text', ...(config === undefined ? {} : { config }) } as const;
  const chosen = await chooseConfig(flags, cwd, surroundings);
  const runtime = createRuntime({
    cwd,
    environment: surroundings,
    fetch: (url, init) => {
      const { host, pathname } = new URL(String(url));
      sent.add(`${host} ${new Headers(init?.headers).get('authorization')}`);
      return pathname.endsWith('/responses')
        ? fetch(`${responses.baseUrl}/responses`, init)
        : fetch(`${server.baseUrl}/chat/completions`, init);
    },
  });
  const run = await runtime.startRun({ ...chosen, question: 'Which one?' });
  const state = await run.finished;
  const answer = state.presentation?.finished?.text;
  return { answer, sent: [...sent].toSorted(), directory: run.directory.path };
}

describe('a team on own keys', () => {
  test('takes one key, and its agents work in folders of their own', async () => {
    const { answer, sent, directory } = await ask({ OPENAI_API_KEY: 'key-one' });
    expect(answer).toBe('The final answer.');
    expect(sent).toEqual(['api.openai.com Bearer key-one']);
    expect(existsSync(path.join(directory, 'workspaces', 'agent1'))).toBe(true);
    expect(existsSync(path.join(directory, 'workspaces', 'agent2'))).toBe(true);
  });

  test.each([
    { keys: ['OPENAI_API_KEY'], agents: 2 },
    { keys: ['OPENAI_API_KEY', 'CEREBRAS_API_KEY'], agents: 2 },
    { keys: ['OPENAI_API_KEY', 'CEREBRAS_API_KEY', 'ZAI_API_KEY', 'XAI_API_KEY'], agents: 3 },
  ])('$keys.length keys make a team of $agents', async ({ keys, agents }) => {
    const environment = Object.fromEntries(keys.map((name) => [name, 'a-key']));
    const { config } = await chooseConfig({ output: 'text' }, cwd, { HOME: cwd, ...environment });
    expect(config.agents).toHaveLength(agents);
  });

  test('of the README sends each key to its own provider only, and writes where it says', async () => {
    const file = path.join(cwd, 'team.yaml');
    await writeFile(file, codeBlocks(readPage('README.md'), 'yaml')[0] ?? '');
    const { answer, sent } = await ask({ OPENAI_API_KEY: 'key-one', OPENROUTER_API_KEY: 'key-two' }, file);
    expect(answer).toBe('The final answer.');
    expect(sent).toEqual(['api.openai.com Bearer key-one', 'openrouter.ai Bearer key-two']);
    expect(existsSync(path.join(cwd, 'workspaces', 'writer'))).toBe(true);
  });
});
