/** Backends that are a name for a compatible server: where their requests go, with which key, and nothing more. */
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { configFromValue, createRuntime } from '../../src/runtime/index.ts';
import { startFakeChatServer } from '../../src/testing/index.ts';
import { answering } from '../fixtures/chat-model.ts';

const azure = 'https://res.openai.azure.com';
const environment = {
  AZURE_OPENAI_API_KEY: 'key-of-azure',
  AZURE_OPENAI_ENDPOINT: `${azure}/`,
  XAI_API_KEY: 'key-of-xai',
  ZAI_API_KEY: 'key-of-zai',
  OPENAI_API_KEY: 'key-of-openai',
};

const keyIn = (headers: Headers): string | null => headers.get('api-key') ?? headers.get('authorization');

test.each([
  ['grok', 'https://api.x.ai/v1/chat/completions', 'Bearer key-of-xai'],
  [
    'azure_openai',
    `${azure}/openai/deployments/tiny/chat/completions?api-version=2024-10-21`,
    'key-of-azure',
  ],
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
      sent.add(`${String(url)} ${keyIn(new Headers(init?.headers))}`);
      return fetch(`${server.baseUrl}/chat/completions`, init);
    },
  });
  const state = await (await runtime.startRun({ config, question: 'Who is there?' })).finished;
  expect(state.outcome).toBe('answered');
  expect([...sent]).toEqual([`${address} ${authorization}`]);
});

test('azure_openai without an address is refused before anything is made, and takes its own address and version', async () => {
  const place = await realpath(await mkdtemp(join(tmpdir(), 'massgen-hosts-')));
  onTestFinished(() => rm(place, { recursive: true, force: true }));
  const backend = { type: 'azure_openai', model: 'my deployment' };
  const { config } = configFromValue({ agents: [{ id: 'one', backend }] });
  if (config === undefined) throw new Error('the config is valid');
  const bare = createRuntime({ cwd: place, environment: { HOME: place, AZURE_OPENAI_API_KEY: 'k' } });
  await expect(bare.startRun({ config, question: 'q' })).rejects.toMatchObject({
    code: 'MG1620',
    exitCode: 2,
  });

  const server = await startFakeChatServer({ script: () => answering('Here I am.') });
  onTestFinished(() => server.close());
  const own = configFromValue({
    agents: [
      {
        id: 'one',
        backend: { ...backend, azure_endpoint: 'https://b.openai.azure.com', api_version: '2025-01-01' },
      },
    ],
  }).config;
  if (own === undefined) throw new Error('the config is valid');
  const sent = new Set<string>();
  const runtime = createRuntime({
    cwd: place,
    environment: { HOME: place, ...environment },
    fetch: (url, init) => {
      sent.add(String(url));
      return fetch(`${server.baseUrl}/chat/completions`, init);
    },
  });
  await (
    await runtime.startRun({ config: own, question: 'q' })
  ).finished;
  expect([...sent]).toEqual([
    'https://b.openai.azure.com/openai/deployments/my%20deployment/chat/completions?api-version=2025-01-01',
  ]);
});
