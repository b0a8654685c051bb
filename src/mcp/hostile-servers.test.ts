/**
 * What whoever makes a call is told when its server is hostile or out of its mind, beside an ordinary server that must
 * not notice anything.
 */
import { describe, expect, test } from 'vitest';
import { toolContentText } from '../events/tool-content.ts';
import {
  createHubRig,
  hostileServer,
  neighbour,
  schemingServer,
  type HubRig,
} from './hub-rig.test-support.ts';
import { launchOf, oddServer } from './servers.test-support.ts';
import type { ServerSpec } from './server-spec.ts';

const { signal } = new AbortController();

async function hubWith(...specs: readonly ServerSpec[]): Promise<HubRig> {
  const rig = createHubRig();
  await rig.hub.start([...specs, neighbour], signal);
  return rig;
}

const textOf = ({ content }: Awaited<ReturnType<HubRig['call']>>): string => toolContentText(content);

describe('what is no message', () => {
  test('100,000 lines of junk before the handshake and before an answer are counted, not lost in', async () => {
    const { call, logged, expectUnharmed } = await hubWith(hostileServer('junk'));
    expect(await call('junk')).toMatchObject({
      outcome: 'ok',
      content: [{ text: 'after the junk' }],
      served: { server: 'junk', attempts: 1, resultLength: 14 },
    });
    const noise = logged
      .filter(({ kind, server }) => kind === 'noise' && server === 'junk')
      .map(({ text }) => text);
    expect(noise[0]).toBe('line 0 of nothing');
    const lines = noise.reduce((sum, text) => sum + Number(/^(\d+) more lines/u.exec(text)?.[1] ?? 1), 0);
    expect(lines).toBe(200_000);
    expect(noise.length).toBeLessThan(10_000);
    await expectUnharmed();
  });

  test('a server that prints nothing else any more is ended, with the reason', async () => {
    const { call, ofType, expectUnharmed } = await hubWith(hostileServer('drowns'));
    const result = await call('drowns');
    expect(result).toMatchObject({ outcome: 'unknown', error: { code: 'MG1405' }, served: { attempts: 1 } });
    expect(textOf(result)).toMatch(/lost: drowns: it printed \d+ MB in 1\d{6} lines without one message/u);
    expect(ofType('server.failed')).toMatchObject([{ server: 'drowns', error: { code: 'MG1405' } }]);
    await expectUnharmed();
  });

  test('a line of 64 MB is skipped', async () => {
    const { call, logged, expectUnharmed } = await hubWith(hostileServer('long-line'));
    expect(await call('long-line')).toMatchObject({ outcome: 'ok', content: [{ text: 'after the line' }] });
    expect(logged).toContainEqual(
      expect.objectContaining({
        kind: 'noise',
        text: 'a message of 67108864 bytes was dropped: over the limit',
      }),
    );
    await expectUnharmed();
  });
});

describe('answers that are none', () => {
  test('an answer under another id is nobody’s: the call runs out of time', async () => {
    const { call, clock, expectUnharmed } = await hubWith(hostileServer('wrong-id'));
    const calling = call('wrong-id');
    // It has said everything it will say.
    expect(await call('wrong-id', { tool: 'right' })).toMatchObject({
      outcome: 'ok',
      content: [{ text: 'right' }],
    });
    await clock.advance(60_000);
    expect(await calling).toMatchObject({
      outcome: 'unknown',
      error: { code: 'MG1408', hint: 'It may or may not have happened; check before repeating it.' },
    });
    await expectUnharmed();
  });

  test('a second answer, and one that comes before its question, are nobody’s', async () => {
    const { call, expectUnharmed } = await hubWith(hostileServer('twice'));
    for (const tool of ['a', 'b', 'c'])
      expect(await call('twice', { tool })).toMatchObject({ content: [{ text: `first of ${tool}` }] });
    await expectUnharmed();
  });

  test('an answer that breaks the protocol is told at once, and what happened is unknown', async () => {
    const { call, ofType, expectUnharmed } = await hubWith(hostileServer('malformed'));
    for (const form of ['null', 'text', 'list', 'both', 'neither', 'version', 'error-text', 'odd-error']) {
      const result = await call('malformed', { args: { form } });
      expect([form, result]).toMatchObject([form, { outcome: 'unknown', error: { code: 'MG1409' } }]);
      expect(textOf(result)).toContain('its answer is no valid message of the protocol');
      expect(textOf(result)).toContain('check before repeating it');
      // In between it does well enough not to be held back.
      for (let count = 0; count < 2; count += 1)
        expect(await call('malformed', { args: { form: 'good' } })).toMatchObject({ outcome: 'ok' });
    }
    expect(ofType('breaker.changed')).toEqual([]);
    for (let count = 0; count < 3; count += 1) await call('malformed', { args: { form: 'null' } });
    expect(ofType('breaker.changed')).toMatchObject([{ state: 'open', error: { code: 'MG1409' } }]);
    await expectUnharmed();
  });
});

describe('answers that are too much', () => {
  test('are told as such and asked for once: they would be as much the next time', async () => {
    const { call, expectUnharmed } = await hubWith(hostileServer('big'));
    for (const [tool, megabytes, outcome] of [
      ['text', 9, 'ok'],
      ['text', 50, 'unknown'],
      ['escapes', 9, 'ok'],
      ['blocks', 9, 'unknown'],
      ['numbers', 9, 'unknown'],
      ['small', 0, 'ok'],
    ] as const) {
      const result = await call('big', { tool, args: { megabytes }, repeatable: true });
      expect(`${tool}: ${result.outcome} after ${result.served?.attempts}`).toBe(
        `${tool}: ${outcome} after 1`,
      );
      if (outcome === 'ok') continue;
      expect(result.error?.code).toBe('MG1406');
      expect(textOf(result)).toMatch(
        /its answer (of \d+ bytes|with \d+ values) is over the limit and was dropped/u,
      );
      expect(textOf(result)).toContain('Ask for less at a time');
    }
    await expectUnharmed();
  });

  test('whoever asks for too much again and again is answered each time: the server is not at fault', async () => {
    const { call, ofType, expectUnharmed } = await hubWith(hostileServer('big'));
    for (let count = 0; count < 5; count += 1)
      expect(await call('big', { tool: 'numbers', args: { megabytes: 1 } })).toMatchObject({
        error: { code: 'MG1406' },
      });
    expect(ofType('breaker.changed')).toEqual([]);
    await expectUnharmed();
  });

  test('100,000 levels are shown as such, or as what lies beside them', async () => {
    const { call, expectUnharmed } = await hubWith(hostileServer('deep'));
    const texts = await Promise.all(
      ['structured', 'block', 'meta', 'resource', 'error', 'other'].map(async (tool) => {
        const result = await call('deep', { tool });
        return [tool, result.outcome, textOf(result).slice(0, 60)];
      }),
    );
    const tooDeep = '[a value that is nested too deeply to be shown]';
    expect(texts).toEqual([
      ['structured', 'ok', tooDeep],
      ['block', 'ok', `${tooDeep}\nbeside`],
      ['meta', 'ok', 'beside'],
      ['resource', 'ok', tooDeep],
      ['error', 'tool_error', expect.stringContaining('The tool call failed in the MCP server: deep')],
      ['other', 'ok', 'still here'],
    ]);
    await expectUnharmed();
  });

  test('half characters and escape codes arrive as they were sent: who shows them cleans them', async () => {
    const { call, expectUnharmed } = await hubWith(hostileServer('odd-text'));
    expect(textOf(await call('odd-text'))).toBe('\u001B[2J\uD83D half \uDC00 \u202Eright to left\u0000');
    const failed = await call('odd-text', { tool: 'error' });
    expect(failed).toMatchObject({ outcome: 'tool_error', error: { code: 'MG1409' } });
    await expectUnharmed();
  });
});

describe('lists that are too much', () => {
  test('of 10,000 tools the first 2,000 are looked at, in memory and in warnings too', async () => {
    const { server, ofType, expectUnharmed } = await hubWith(schemingServer('thousands-of-tools'));
    const discovery = server('thousands-of-tools').discovery;
    expect(discovery?.tools).toHaveLength(2_000);
    expect(discovery?.dropped).toEqual([{ name: '', reason: '8000 more tools, beyond the first 2000' }]);
    expect(ofType('warning.raised')).toHaveLength(1);
    await expectUnharmed();
  });

  test('five million things that are no tools are not even read', async () => {
    const { hub, ofType, expectUnharmed } = await hubWith(schemingServer('no-tools'));
    expect(hub.of('writer').map(({ spec }) => spec.name)).toEqual(['neighbour']);
    expect(ofType('server.failed')).toMatchObject([
      {
        server: 'no-tools',
        error: {
          code: 'MG1403',
          message: expect.stringMatching(/its answer with \d+ values is over the limit/u),
        },
      },
    ]);
    await expectUnharmed();
  });

  test('large tools are taken as long as a model could use them', async () => {
    const { server, expectUnharmed } = await hubWith(
      schemingServer('fat-tools'),
      schemingServer('fat-output'),
    );
    expect(server('fat-tools').discovery?.tools).toHaveLength(100);
    expect(server('fat-output').discovery).toMatchObject({
      tools: [{ name: 'thin' }],
      dropped: [{ name: 'fat', reason: expect.stringMatching(/^its definition has \d{7} characters$/u) }],
    });
    await expectUnharmed();
  });

  test('prompts and resources of any form are offered as far as they can be, and read without an exception', async () => {
    const { server, call, expectUnharmed } = await hubWith(schemingServer('odd-library'));
    const { prompts } = server('odd-library').discovery ?? {};
    expect(prompts?.map(({ name, arguments: args }) => [name, args.length])).toEqual([
      ['plain', 0],
      ['fat', 0],
      ['many', 64],
      ['__proto__', 2],
      ['odd', 0],
    ]);
    expect(prompts?.every(({ description }) => description.length <= 10_000)).toBe(true);
    for (const [tool, text] of [
      ['__proto__', '[somebody]\n{"toString":1,"valueOf":1}\n[somebody]\n\n[user]\nhi'],
      ['list_resources', '\n\n\nmemo://1'],
      ['read_resource', expect.stringContaining('one')],
    ]) {
      const result = await call('odd-library', { tool });
      expect([tool, result.outcome, textOf(result)]).toEqual([tool, 'ok', text]);
    }
    await expectUnharmed();
  });
});

describe('how a server comes to its end', () => {
  test('one that dies at any step of its start is told with its last words', async () => {
    const steps = [
      'start',
      ...['initialize', 'tools/list'].flatMap((step) => [`in:${step}`, `after:${step}`]),
    ];
    const { hub, ofType, expectUnharmed } = await hubWith(
      ...[...steps, 'in:prompts/list'].map((step) => schemingServer('dies-at', { name: step }, [step])),
    );
    expect(hub.of('writer').map(({ spec }) => spec.name)).toEqual(['neighbour']);
    expect(ofType('server.ready').map(({ server }) => server)).toEqual(['neighbour']);
    for (const { server, error } of ofType('server.failed')) {
      expect(error).toMatchObject({
        code: 'MG1403',
        hint: expect.stringContaining('Run its command by hand'),
      });
      expect(error.message).toContain(server === 'start' ? 'start (' : `its stderr: dies ${server}`);
    }
    expect(ofType('server.failed')).toHaveLength(6);
    await expectUnharmed();
  });

  test.each([
    ['in:tools/call', 'unknown'],
    ['after:tools/call', 'ok'],
  ])('one that dies %s costs that call at most', async (step, outcome) => {
    const { call, clock, ofType, expectUnharmed } = await hubWith(schemingServer('dies-at', {}, [step]));
    expect(await call('dies-at', { tool: 'tool_1' })).toMatchObject({ outcome });
    await clock.until(() => ofType('server.failed').length === 1);
    expect(await call('dies-at', { tool: 'tool_1' })).toMatchObject({ outcome });
    await expectUnharmed();
  });

  test('commands that cannot be started are told each in its way, and the neighbour serves', async () => {
    const { hub, ofType, expectUnharmed } = await hubWith(
      oddServer('exits'),
      oddServer('missing', { launch: launchOf('', { command: 'no-such-server' }) }),
      oddServer('elsewhere', { launch: launchOf('banner', { cwd: '/no/such/place' }) }),
      oddServer('directory', { launch: launchOf('', { command: '/' }) }),
    );
    expect(hub.of('writer').map(({ spec }) => spec.name)).toEqual(['neighbour']);
    const failed = ofType('server.failed').map(({ server, error }) => [server, error.code]);
    expect(Object.fromEntries(failed)).toEqual({
      exits: 'MG1403',
      missing: 'MG1401',
      elsewhere: 'MG1411',
      directory: 'MG1402',
    });
    for (const { error } of ofType('server.failed')) expect(error.hint).not.toBe('');
    await expectUnharmed();
  });

  test('what hangs in a call, in a list and in the handshake hangs alone', async () => {
    const rig = createHubRig();
    const { hub, clock, call, pids, ofType } = rig;
    const starting = hub.start(
      [oddServer('silent'), oddServer('silent-list'), oddServer('never-answers'), neighbour],
      signal,
    );
    await clock.until(() => ofType('server.ready').length === 2 && pids.length === 4);
    const hanging = call('never-answers');
    expect(await call('neighbour')).toMatchObject({ outcome: 'ok' });
    await clock.advance(60_000);
    await starting;
    expect(await hanging).toMatchObject({ outcome: 'unknown', error: { code: 'MG1408' } });
    expect(ofType('server.failed').map(({ server, error }) => [server, error.code])).toEqual(
      expect.arrayContaining([
        ['silent', 'MG1404'],
        ['silent-list', 'MG1404'],
      ]),
    );
    await rig.expectUnharmed();
  });

  test('one that reads nothing any more cannot fill our memory', async () => {
    const { call, server, clock, expectUnharmed } = await hubWith(schemingServer('deaf'));
    const megabytes = 'x'.repeat(9 * 1024 * 1024);
    const controllers = Array.from({ length: 6 }, () => new AbortController());
    const calls = controllers.map((controller) =>
      server('deaf').call({
        tool: 'echo',
        args: { megabytes },
        repeatable: false,
        signal: controller.signal,
      }),
    );
    // Those that fit into what may wait are waited for; the others were surely never sent.
    const pauses = async (ms: number): Promise<void> => {
      await clock.until(() => clock.waits().includes(ms));
      await clock.advance(ms);
    };
    await pauses(250);
    await pauses(500);
    const last = await calls.at(-1);
    expect(last).toMatchObject({ outcome: 'failed', error: { code: 'MG1409' } });
    expect(last === undefined ? '' : textOf(last)).toContain('does not read what it is sent');
    for (const controller of controllers) controller.abort(new Error('enough'));
    const outcomes = (await Promise.all(calls)).map(({ outcome }) => outcome);
    expect(outcomes.slice(0, 3)).toEqual(['cancelled', 'cancelled', 'cancelled']);
    expect(await call('deaf')).toMatchObject({ outcome: 'failed' });
    await expectUnharmed(2_000);
  });
});
