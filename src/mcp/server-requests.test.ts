/** What a server asks of us and tells us beside its answers. */
import { expect, test } from 'vitest';
import { toolContentText } from '../events/tool-content.ts';
import type { ElicitationQuestion } from './elicitation.ts';
import { createHubRig, neighbour, schemingServer, type HubRig } from './hub-rig.test-support.ts';
import type { McpHubOptions } from './mcp-hub.ts';

const { signal } = new AbortController();
const form = {
  message: 'Who?',
  requestedSchema: { type: 'object', properties: { name: { type: 'string' } } },
};

async function hubWith(mode: string, more: Partial<McpHubOptions> = {}): Promise<HubRig> {
  const rig = createHubRig(more);
  await rig.hub.start([schemingServer(mode), neighbour], signal);
  return rig;
}

async function answerTo(
  { call }: Pick<HubRig, 'call'>,
  method: string,
  params: unknown,
  times = 1,
): Promise<unknown> {
  const result = await call('asks-for', { args: { method, params, times } });
  expect(result.outcome).toBe('ok');
  return JSON.parse(toolContentText(result.content)) as unknown;
}

test('a model, our folders and whatever else it asks for it is not given', async () => {
  const rig = await hubWith('asks-for');
  for (const [method, params] of [
    ['sampling/createMessage', { messages: [], maxTokens: 1_000_000 }],
    ['roots/list', {}],
    ['tools/call', { name: 'mcp__files__read', arguments: {} }],
    ['__proto__', {}],
    ['elicitation/createAll', form],
  ] as const)
    expect(await answerTo(rig, method, params)).toMatchObject({ code: -32_601, message: 'Method not found' });
  expect(await answerTo(rig, 'ping', {})).toEqual({});
  await rig.expectUnharmed();
});

test('thousands of requests are answered, and others get their turn', async () => {
  const rig = await hubWith('asks-for');
  const [flood, others] = await Promise.all([
    answerTo(rig, 'ping', {}, 5_000),
    Promise.all(Array.from({ length: 10 }, () => rig.call('neighbour'))),
  ]);
  expect(flood).toEqual({});
  expect(new Set(others.map(({ outcome }) => outcome))).toEqual(new Set(['ok']));
  await rig.expectUnharmed();
});

test('questions that nobody is there to answer are declined, and not each one is warned of', async () => {
  const rig = await hubWith('asks-for');
  expect(await answerTo(rig, 'elicitation/create', form, 500)).toEqual({ action: 'decline' });
  const warnings = rig.ofType('warning.raised');
  expect(warnings).toHaveLength(10);
  expect(warnings[0]).toMatchObject({ code: 'MG1426', message: expect.stringContaining('asks-for: Who?') });
  await rig.expectUnharmed();
});

test('a person is not buried in questions: few wait at a time, the rest is declined', async () => {
  const asked: ElicitationQuestion[] = [];
  const { promise, resolve } = Promise.withResolvers<{ action: 'cancel' }>();
  const rig = await hubWith('asks-for', {
    ask(question) {
      asked.push(question);
      return promise;
    },
  });
  const calling = answerTo(rig, 'elicitation/create', form, 100);
  await rig.clock.until(
    () => rig.logged.filter(({ text }) => text === 'asked a question: decline').length === 96,
  );
  expect(asked).toHaveLength(4);
  resolve({ action: 'cancel' });
  expect(await calling).toEqual({ action: 'cancel' });
  await rig.expectUnharmed();
});

test.each([
  [{ message: 'x'.repeat(100_000), requestedSchema: { properties: {} } }, 'x'.repeat(500)],
  [{ message: `${'x'.repeat(499)}\u{1F600}`, requestedSchema: 7 }, `${'x'.repeat(499)}\uFFFD`],
  [{ message: { deep: true } }, 'a question of unknown form'],
  [undefined, 'a question of unknown form'],
  [{ mode: 'url', message: 'Open', url: 'javascript:alert(1)' }, 'Open'],
])(
  'a question of odd form is declined without asking anybody, and cut in what is told of it (%#)',
  async (params, told) => {
    const rig = await hubWith('asks-for', { ask: () => Promise.reject(new Error('asked')) });
    expect(await answerTo(rig, 'elicitation/create', params)).toEqual({ action: 'decline' });
    expect(rig.ofType('warning.raised').map(({ message }) => message)).toEqual([
      expect.stringContaining(`asks-for: ${told}`),
    ]);
    expect(rig.logged).toContainEqual(
      expect.objectContaining({ data: { question: told, action: 'decline' } }),
    );
    await rig.expectUnharmed();
  },
);

test('a form too large to be read is refused at once', async () => {
  const rig = await hubWith('asks-much', { ask: () => Promise.reject(new Error('asked')) });
  expect(await rig.call('asks-much')).toMatchObject({ outcome: 'ok', content: [{ text: 'told' }] });
  await rig.expectUnharmed();
});

test('asking that fails declines', async () => {
  const rig = await hubWith('asks-for', { ask: () => Promise.reject(new Error('no terminal')) });
  expect(await answerTo(rig, 'elicitation/create', form)).toEqual({ action: 'decline' });
  expect(rig.logged).toContainEqual(
    expect.objectContaining({ level: 'warning', text: 'nobody could be asked: no terminal' }),
  );
  await rig.expectUnharmed();
});

test('while a person thinks the call is not late, and silence counts from the answer on', async () => {
  const { promise, resolve } = Promise.withResolvers<{ action: 'decline' }>();
  let asked = 0;
  const rig = await hubWith('asks-for', {
    ask() {
      asked += 1;
      return promise;
    },
  });
  const calling = answerTo(rig, 'elicitation/create', form);
  await rig.clock.until(() => asked === 1);
  await rig.clock.advance(119_000);
  resolve({ action: 'decline' });
  expect(await calling).toEqual({ action: 'decline' });
  await rig.expectUnharmed();
});

test('a question ends with the connection', async () => {
  const ended: unknown[] = [];
  const rig = await hubWith('asks-for', {
    ask: (_, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          ended.push(signal.reason);
          reject(signal.reason as Error);
        });
        setImmediate(() => process.kill(rig.pids[0] ?? 0, 'SIGKILL'));
      }),
  });
  expect(await rig.call('asks-for', { args: { method: 'elicitation/create', params: form } })).toMatchObject({
    outcome: 'unknown',
    error: { code: 'MG1405' },
  });
  expect(ended).toHaveLength(1);
  await rig.expectUnharmed();
});

test('notifications are taken as they come: known ones are logged, odd and unknown ones do no harm', async () => {
  const rig = await hubWith('notifies');
  const tell = (method: string, params: unknown, times = 1): Promise<unknown> =>
    rig.call('notifies', { args: { method, params, times } });
  const message = 'notifications/message';
  await tell(message, { level: 'error', data: 'disk full', logger: 'store' });
  await tell(message, { level: 'loud', data: { a: 1 }, logger: 7 });
  await tell(message, { data: null });
  await tell(message, 'words');
  await tell('notifications/nothing/known', { a: 1 });
  await tell('notifications/progress', { progress: 'far' });
  await tell('notifications/cancelled', { requestId: 1 });
  await tell('notifications/resources/updated', { uri: 7 });
  await tell('__proto__', {});
  await tell('notifications/message', { level: 'info', data: 'again' }, 2_000);
  const said = rig.logged.filter(({ server, kind }) => server === 'notifies' && kind === 'message');
  expect(said.slice(0, 3)).toEqual([
    { server: 'notifies', level: 'error', kind: 'message', text: 'disk full', data: { logger: 'store' } },
    { server: 'notifies', level: 'info', kind: 'message', text: '{"a":1}' },
    { server: 'notifies', level: 'info', kind: 'message', text: 'null' },
  ]);
  expect(said.filter(({ text }) => text === 'again')).toHaveLength(2_000);
  await rig.expectUnharmed();
});
