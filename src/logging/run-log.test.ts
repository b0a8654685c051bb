import { existsSync, mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { DurableEvent, DurableEventBody } from '../events/run-event.ts';
import { redactText } from './redact-text.ts';
import { createRunLog } from './run-log.ts';

const file = (): string => path.join(mkdtempSync(path.join(tmpdir(), 'massgen-log-')), 'massgen.log');
const secret = 'sk-proj-Ab1Cd2Ef3Gh4Ij5Kl6Mn7Op8Qr9St0';

let seq = 0;
function event(body: DurableEventBody): DurableEvent {
  seq += 1;
  return { v: 1, seq, at: '2026-01-01T12:00:00.000Z', run: 'log_1', ...body };
}

async function logOf(events: readonly DurableEvent[], debug = false): Promise<readonly string[]> {
  const target = file();
  const log = createRunLog(target, debug, redactText);
  for (const each of events) log.event(each);
  await log.close();
  return readFileSync(target, 'utf8').split('\n').slice(0, -1);
}

test('each event is one line of time, level and what happened', async () => {
  const error = { code: 'MG1403', message: 'The MCP server did not start', hint: 'Run it by hand' };
  const lines = await logOf([
    event({ type: 'turn.started', agent: 'writer', turn: 1, shown: 0, mayAnswer: true }),
    event({
      type: 'attempt.rejected',
      agent: 'writer',
      turn: 1,
      attempt: 1,
      reason: 'no_decision',
      message: 'again\nand again',
    }),
    event({ type: 'server.failed', server: 'files', agent: 'writer', error }),
  ]);
  expect(lines).toEqual([
    expect.stringMatching(
      /^2026-01-01T12:00:00\.000Z \| INFO {4}\| turn\.started seq=\d+ agent="writer" turn=1 shown=0 mayAnswer=true$/u,
    ),
    expect.stringContaining(String.raw`| WARNING | attempt.rejected`),
    expect.stringContaining('| ERROR   | server.failed'),
  ]);
  expect(lines[1]).toContain(String.raw`message="again\nand again"`);
  expect(lines[2]).toContain(JSON.stringify(error));
});

test('secrets are masked before anything is cut', async () => {
  const text = `${'x'.repeat(110)} ${secret}`;
  for (const debug of [false, true]) {
    const [line] = await logOf([event({ type: 'message.user', text })], debug);
    expect(line).toContain('x'.repeat(110));
    expect(line).not.toContain('sk-proj');
  }
});

test('debug keeps the whole event, readable as JSON', async () => {
  const given = event({ type: 'message.user', text: `long ${'text '.repeat(200)}\u202E` });
  const [line = ''] = await logOf([given], true);
  expect(line).not.toContain('\u202E');
  expect(JSON.parse(line.slice(line.indexOf('{')))).toEqual(given);
});

test('what only streams is not in the log', async () => {
  const target = file();
  const log = createRunLog(target, true, redactText);
  log.event({
    v: 1,
    at: '2026-01-01T12:00:00.000Z',
    run: 'log_1',
    type: 'text.delta',
    agent: 'a',
    turn: 1,
    text: 'x',
  });
  await log.close();
  expect(readFileSync(target, 'utf8')).toBe('');
  expect(statSync(target).mode & 0o777).toBe(0o600);
});

test('a log that cannot be written fails when it is closed, and says why', async () => {
  const target = path.join(path.dirname(file()), 'missing', 'massgen.log');
  const log = createRunLog(target, false, redactText);
  log.event(event({ type: 'message.user', text: 'x' }));
  await expect(log.close()).rejects.toMatchObject({ code: 'ENOENT' });
  expect(existsSync(target)).toBe(false);
});
