import { describe, expect, test } from 'vitest';
import { createSecretRegistry } from '../credentials/secret-registry.ts';
import { allText, createMcpLogRig, newDirectory, type McpLogRig } from './mcp-logs.test-support.ts';
import { createMcpLogger } from './mcp-logger.ts';
import { redactText } from './redact-text.ts';

/** Known only because it was handed out: nothing of its form tells that it is secret. */
const known = 'Quite "ordinary"/words: known+to us';
/** Never registered: its form alone tells. */
const patterned = 'sk-proj-Ab1Cd2Ef3Gh4Ij5Kl6Mn7Op8Qr9St0';

const registry = createSecretRegistry();
registry.add('CANARY', known);
const redact = (text: string): string => redactText(registry.replace(text));

/** The value as it is, and in every form in which it may turn up elsewhere. */
function formsOf(value: string): readonly (readonly [string, string])[] {
  const json = JSON.stringify(value).slice(1, -1);
  return [
    ['as it is', value],
    ['within JSON', `{"a":"${json}"}`],
    ['within JSON, slashes escaped', `{"a":"${json.replaceAll('/', '\\/')}"}`],
    ['URL-encoded', `https://example.org/?q=${encodeURIComponent(value)}&x=1`],
    ...[0, 1, 2].map(
      (offset) =>
        [
          `in base64, ${offset} behind`,
          Buffer.from(`${'.'.repeat(offset)}${value} end`).toString('base64'),
        ] as const,
    ),
  ];
}

/** Whatever of a secret must be in no file: pieces of its forms that are long enough to be of use. */
function piecesOf(value: string): readonly string[] {
  const json = JSON.stringify(value).slice(1, -1);
  const middle = (text: string): string => text.slice(4, 20);
  const encoded = [0, 1, 2].map((offset) => {
    const whole = Buffer.from(`${'.'.repeat(offset)}${value}`).toString('base64');
    return whole.slice(8, 28);
  });
  return [
    middle(value),
    middle(json),
    middle(JSON.stringify(json).slice(1, -1)),
    encodeURIComponent(value).slice(4, 24),
    ...encoded,
  ];
}

function rig(): McpLogRig {
  return createMcpLogRig({ redact, levels: { others: 'debug', servers: new Map() } });
}

const of = { server: 'files', connection: 'files#1', agent: 'writer' };

/** Each way by which a text of others gets into the logs. */
const paths: readonly (readonly [string, (rig: McpLogRig, text: string) => void])[] = [
  ['an argument', (rig, text) => rig.call({ arguments: { path: text } })],
  ['an argument deep down', (rig, text) => rig.call({ arguments: { a: [{ b: [[text]] }] } })],
  ['the name of an argument', (rig, text) => rig.call({ arguments: { [text]: 1 } })],
  ['all of the arguments', (rig, text) => rig.call({ arguments: text })],
  [
    'an argument behind a long one',
    (rig, text) => rig.call({ arguments: { a: 'x '.repeat(1_990), b: text } }),
  ],
  ['a result', (rig, text) => rig.call({ text })],
  [
    'a result, at the cut',
    (rig, text) => rig.call({ text: `${'x '.repeat(995)}${text}${' y'.repeat(9_000)}` }),
  ],
  [
    'the second part of a result',
    (rig, text) =>
      rig.call({
        content: [
          { type: 'text', text: 'x' },
          { type: 'text', text },
        ],
      }),
  ],
  ['the address of a resource', (rig, text) => rig.call({ content: [{ type: 'resource', uri: text }] })],
  [
    'the address of a binary resource',
    (rig, uri) => rig.call({ content: [{ type: 'resource', uri, data: 'aGk=' }] }),
  ],
  ['the text of a resource', (rig, text) => rig.call({ content: [{ type: 'resource', uri: 'a:b', text }] })],
  [
    'the type of an image',
    (rig, text) => rig.call({ content: [{ type: 'image', data: 'aGk=', mimeType: text }] }),
  ],
  [
    'the data of an image',
    (rig, text) => rig.call({ content: [{ type: 'image', data: text, mimeType: 'image/png' }] }),
  ],
  ['an error of a tool', (rig, text) => rig.call({ outcome: 'tool_error', text })],
  ['an error', (rig, text) => rig.call({ outcome: 'failed', error: { code: 'MG1409', message: text } })],
  [
    'the code of an error',
    (rig, text) => rig.call({ outcome: 'failed', error: { code: text, message: 'x' } }),
  ],
  ['a path', (rig, text) => rig.call({ paths: [text] })],
  ['the name of a tool', (rig, text) => rig.call({ serverTool: text })],
  ['the name a model called', (rig, text) => rig.call({ tool: text })],
  ['the id of a call', (rig, text) => rig.call({ call: text })],
  ['the name of a server', (rig, text) => rig.call({ server: text })],
  ['the name of an agent', (rig, text) => rig.call({ agent: text })],
  [
    'a file that was changed',
    (rig, text) => {
      rig.call({ call: 'c', effects: ['Write'] });
      const lists = { added: [text], modified: [text], deleted: [text], cut: false };
      rig.event({ type: 'workspace.changed', agent: 'writer', turn: 1, call: 'c', ...lists });
    },
  ],
  ['a launch line', (rig, launch) => rig.event({ type: 'server.starting', server: 'files', launch })],
  [
    'what a server says of itself',
    (rig, text) => {
      const own = { connection: text, version: text, protocol: text };
      rig.event({ type: 'server.ready', server: 'files', tools: [text], startMs: 1, ...own });
    },
  ],
  [
    'why a server failed',
    (rig, message) => rig.event({ type: 'server.failed', server: 'files', error: { code: 'MG1', message } }),
  ],
  [
    'what a server offers anew',
    (rig, text) =>
      rig.event({
        type: 'server.tools.changed',
        server: 'files',
        added: [text],
        removed: [text],
        changed: [text],
      }),
  ],
  [
    'why calls are held back',
    (rig, message) =>
      rig.event({ type: 'breaker.changed', server: 'files', state: 'open', error: { code: 'MG1', message } }),
  ],
  ['noise', (rig, text) => rig.logger.log(of, { level: 'notice', kind: 'noise', text })],
  [
    'a message',
    (rig, text) => rig.logger.log(of, { level: 'info', kind: 'message', text: 'x', data: { said: [text] } }),
  ],
  [
    'names in data',
    (rig, text) => rig.logger.log(of, { level: 'info', kind: 'message', text: 'x', data: { [text]: text } }),
  ],
  [
    'the tool of a line',
    (rig, tool) => rig.logger.log(of, { level: 'info', kind: 'discovery', text: 'x', tool }),
  ],
  [
    'the connection of a line',
    (rig, connection) =>
      rig.logger.log({ ...of, connection }, { level: 'info', kind: 'discovery', text: 'x' }),
  ],
  [
    'a message of the protocol',
    (rig, text) =>
      rig.logger.wire(of, 'in', {
        jsonrpc: '2.0',
        id: text,
        method: text,
        result: { content: [{ type: 'text', text }] },
      }),
  ],
  [
    'names in a message of the protocol',
    (rig, text) => rig.logger.wire(of, 'out', { params: { [text]: { [text]: null } } }),
  ],
  ['stderr', (rig, text) => rig.logger.stderr(of, `before ${text} after\n`)],
  ['stderr without an end', (rig, text) => rig.logger.stderr(of, text)],
  [
    'stderr of a connection',
    (rig, text) => rig.logger.stderr({ ...of, connection: text, agent: text }, 'x\n'),
  ],
  [
    'stderr in a line that does not end',
    (rig, text) => rig.logger.stderr(of, `${'x '.repeat(3_990)}${text}${' y'.repeat(60_000)}`),
  ],
];

describe.each([
  ['a known secret', known],
  ['what looks like a secret', patterned],
])('%s', (_, secret) => {
  const pieces = piecesOf(secret);
  // A pattern is not looked for within base64: nobody could tell it from any other text.
  const forms = formsOf(secret).filter(([form]) => secret === known || !form.includes('base64'));

  test.each(paths)('is in no file when it comes as %s', async (_, put) => {
    for (const [form, text] of forms) {
      const logs = rig();
      put(logs, text);
      const files = await logs.files();
      expect(files.length).toBeGreaterThan(0);
      const written = allText(logs.directory);
      for (const piece of pieces)
        expect({ form, written }).not.toMatchObject({ written: expect.stringContaining(piece) });
    }
  });

  test('is in no file when stderr comes in pieces, wherever it is cut', async () => {
    const logs = rig();
    const line = `token ${secret} end\n`;
    for (let cut = 0; cut <= line.length; cut += 1) {
      const connection = { ...of, connection: `files#${cut}` };
      logs.logger.stderr(connection, line.slice(0, cut));
      logs.logger.stderr(connection, line.slice(cut));
      await logs.clock.advance(1_000);
    }
    await logs.files();
    const written = allText(logs.directory);
    expect(written.split('\n').filter((text) => text.includes('| token'))).toHaveLength(line.length + 1);
    for (const piece of pieces) expect(written).not.toContain(piece);
  });

  test('coloured by the server it is seen all the same', async () => {
    const logs = rig();
    logs.logger.stderr(of, `\u001B[31m${secret.slice(0, 8)}\u001B[1m${secret.slice(8)}\u001B[0m\n`);
    await logs.files();
    // Neither in one piece nor what stands behind the colour.
    for (const piece of [...pieces, secret.slice(10, 24)])
      expect(allText(logs.directory)).not.toContain(piece);
  });
});

test('a private key that comes line by line is in no file', async () => {
  const body = ['MIIEowIBAAKCAQEA7bq1', 'kqPz0Xw9uGJm5vYtQ2Lr'];
  const key = ['-----BEGIN RSA PRIVATE KEY-----', ...body, '-----END RSA PRIVATE KEY-----'];
  const logs = rig();
  for (const line of ['before', ...key, 'after']) {
    logs.logger.log(of, { level: 'notice', kind: 'noise', text: line });
    logs.logger.stderr(of, `${line}\n`);
  }
  expect((await logs.records('files.jsonl')).map(({ text }) => text)).toEqual([
    'before',
    '[masked]',
    'after',
  ]);
  for (const line of body) expect(allText(logs.directory)).not.toContain(line);
});

test('the canary would be found: without masking it is in the files', async () => {
  const logs = createMcpLogRig({ redact: (text) => text, levels: { others: 'debug', servers: new Map() } });
  for (const [, put] of paths) put(logs, known);
  await logs.files();
  const written = allText(logs.directory);
  for (const piece of piecesOf(known).slice(0, 2)) expect(written).toContain(piece);
});

test('a known secret of 60,000 characters is whole at every cut, when it is announced', async () => {
  const long = `K${'0123456789'.repeat(6_000)}`;
  const directory = newDirectory();
  const logger = createMcpLogger({
    directory,
    run: 'log_1',
    clock: rig().clock,
    redact: (text) => text.replaceAll(long, '[secret LONG]'),
    longestSecret: long.length,
    levels: { others: 'debug', servers: new Map() },
    limits: { max_file_mb: 10, max_files: 5, max_run_mb: 200 },
    digestKey: 'x',
  });
  logger.wire({ server: 'files' }, 'in', { result: `${'x '.repeat(500)}${long} ${'y '.repeat(90_000)}` });
  logger.log(
    { server: 'files' },
    { level: 'info', kind: 'message', text: `${'x '.repeat(400)}${long} after` },
  );
  await logger.close();
  expect(allText(directory)).not.toContain('0123456789');
});
