/** Backends that are a name for a compatible server: where their requests go, with which key, and nothing more. */
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { configFromValue, createRuntime } from '../../src/runtime/index.ts';
import { startFakeChatServer } from '../../src/testing/index.ts';
import { answering } from '../fixtures/chat-model.ts';

const environment = { XAI_API_KEY: 'key-of-xai', ZAI_API_KEY: 'key-of-zai', OPENAI_API_KEY: 'key-of-openai' };

test.each([
  ['grok', 'https://api.x.ai/v1/chat/completions', 'Bearer key-of-xai'],
  ['zai', 'https://api.z.ai/api/paas/v4/chat/completions', 'Bearer key-of-zai'],
  ['lmstudio', 'http://localhost:1234/v1/chat/completions', null],
  ['ollama', 'http://localhost:11434/v1/chat/completions', null],
  ['vllm', 'http://localhost:8000/v1/chat/completions', null],
])('%s asks %s', async (type, address, authorization) => {
  const place = await realpath(await mkdtemp(join(tmpdir(), 'massgen-hosts-')));
  onTestFinished(() => rm(place, { recursive: true, force: true }));
  const server = await startFakeChatServer({ script: () => answering('Here I am.') });
  onTestFinished(() => server.close());
  const { config } = configFromValue({ agents: [{ id: 'one', backend: { type, model: 'tiny' } }] });
  if (config === undefined) throw new Error('the config is valid');
  const sent = new Set<string>();
  const runtime = createRuntime({
    cwd: place,
    environment: { HOME: place, ...environment },
    fetch: (url, init) => {
      sent.add(`${String(url)} ${new Headers(init?.headers).get('authorization')}`);
      return fetch(`${server.baseUrl}/chat/completions`, init);
    },
  });
  const state = await (await runtime.startRun({ config, question: 'Who is there?' })).finished;
  expect(state.outcome).toBe('answered');
  expect([...sent]).toEqual([`${address} ${authorization}`]);
});
