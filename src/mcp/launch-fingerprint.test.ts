import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { discoveryKey, instanceKey } from './launch-fingerprint.ts';
import { commonSpec } from './servers.test-support.ts';
import type { HttpServerSpec, ServerSpec, StdioServerSpec } from './server-spec.ts';

const stdio: StdioServerSpec = {
  type: 'stdio',
  name: 'files',
  ...commonSpec,
  launch: { command: 'npx', args: ['-y', 'server', '/w/1'], env: { A: '1', B: '2' }, cwd: '/w' },
};
const http: HttpServerSpec = {
  type: 'streamable-http',
  name: 'remote',
  ...commonSpec,
  url: 'https://example.com/mcp',
  headers: { Authorization: 'Bearer 1', X: '2' },
  readTimeoutMs: 1_000,
};

const launched = (more: Partial<StdioServerSpec['launch']>): ServerSpec => ({
  ...stdio,
  launch: { ...stdio.launch, ...more },
});

describe('what makes another running server', () => {
  const others: readonly (readonly [string, ServerSpec, ServerSpec])[] = [
    ['its name', stdio, { ...stdio, name: 'Files' }],
    ['its command', stdio, launched({ command: 'node' })],
    ['an argument', stdio, launched({ args: ['-y', 'server', '/w/2'] })],
    ['the order of arguments', stdio, launched({ args: ['server', '-y', '/w/1'] })],
    ['where arguments are cut', stdio, launched({ args: ['-y', 'server /w/1'] })],
    ['its environment', stdio, launched({ env: { A: '1', B: '3' } })],
    ['where the environment is cut', stdio, launched({ env: { A: '1","B":"2' } })],
    ['its directory', stdio, launched({ cwd: '/x' })],
    ['how long it may take to start', stdio, { ...stdio, connectTimeoutMs: 1 }],
    ['how long a call may be silent', stdio, { ...stdio, callIdleMs: 1 }],
    ['how long a call may take', stdio, { ...stdio, callTotalMs: 1 }],
    ['whether it may be ended when idle', stdio, { ...stdio, mayIdle: false }],
    ['whether it is in a sandbox', stdio, { ...stdio, confined: { ...stdio.launch, command: 'box' } }],
    ['its address', http, { ...http, url: 'https://example.com/mcp/' }],
    ['a header', http, { ...http, headers: { ...http.headers, X: '3' } }],
    ['how long an answer may say nothing', http, { ...http, readTimeoutMs: 2 }],
    [
      'the agent of one that keeps state',
      { ...stdio, scope: 'agent' },
      { ...stdio, scope: 'agent', agent: 'b' },
    ],
    ['that it keeps state', stdio, { ...stdio, scope: 'agent' }],
  ];
  test.each(others)('%s', (_, one, other) => {
    expect(instanceKey(one)).not.toBe(instanceKey(other));
  });

  const same: readonly (readonly [string, ServerSpec, ServerSpec])[] = [
    ['the agent of a shared one', stdio, { ...stdio, agent: 'b' }],
    ['the order of the environment', stdio, launched({ env: { B: '2', A: '1' } })],
    ['the order of headers', http, { ...http, headers: { X: '2', Authorization: 'Bearer 1' } }],
    ['which tools are offered', stdio, { ...stdio, allowLists: [['read']], excludedTools: ['write'] }],
    ['what its tools are said to do', stdio, { ...stdio, declaredEffects: { a: ['Read'] } }],
  ];
  test.each(same)('not %s', (_, one, other) => {
    expect(instanceKey(one)).toBe(instanceKey(other));
  });
});

describe('what is known of a server', () => {
  test('is the same whatever it is called and whoever uses it', () => {
    expect(discoveryKey({ ...stdio, name: 'other', agent: 'b', scope: 'agent', callIdleMs: 1 })).toBe(
      discoveryKey(stdio),
    );
  });

  test('is another one for another launch', () => {
    const keys = [stdio, http, launched({ args: ['-y', 'server@2', '/w/1'] }), launched({ env: {} })];
    expect(new Set(keys.map(discoveryKey)).size).toBe(keys.length);
  });

  test('does not depend on paths that we put into the launch, also where one holds the other', () => {
    const of = (run: string): string =>
      discoveryKey({
        ...launched({
          args: ['server', `/runs/${run}`, `--views=/runs/${run}/views`],
          cwd: `/runs/${run}`,
          env: { HOME: `/runs/${run}/home` },
        }),
        injected: [`/runs/${run}`, `/runs/${run}/views`, `/runs/${run}/home`],
      });
    expect(of('1')).toBe(of('22'));
  });

  test('depends on the same paths where we did not put them', () => {
    expect(discoveryKey(launched({ cwd: '/a' }))).not.toBe(discoveryKey(launched({ cwd: '/b' })));
  });
});

test('keys are names of files that tell nothing of what they are made from', () => {
  const word = fc.string({ unit: 'binary', maxLength: 12 });
  fc.assert(
    fc.property(
      word,
      fc.array(word, { maxLength: 4 }),
      fc.dictionary(word, word, { maxKeys: 3 }),
      fc.array(word, { maxLength: 4 }),
      (command, args, env, injected) => {
        const spec = { ...launched({ command, args, env }), injected };
        expect(instanceKey(spec)).toMatch(/^[0-9a-f]{32}$/u);
        expect(discoveryKey(spec)).toMatch(/^[0-9a-f]{32}$/u);
        expect(discoveryKey(spec)).toBe(discoveryKey({ ...spec, injected: injected.toReversed() }));
      },
    ),
  );
});
