import { expect, test } from 'vitest';
import { createSimulatedClock } from '../testing/simulated-clock.ts';
import { askedWait, patientFetch } from './patient-fetch.ts';

function rig(answers: readonly (readonly [number, string?])[]) {
  const clock = createSimulatedClock();
  const waits: (readonly [number, number])[] = [];
  let sent = 0;
  const patient = patientFetch(
    () => {
      const [status, after] = answers[Math.min(sent, answers.length - 1)] ?? [200];
      sent += 1;
      return Promise.resolve(
        new Response(`answer ${sent}`, {
          status,
          headers: after === undefined ? {} : { 'retry-after': after },
        }),
      );
    },
    { clock, onWait: (status, waitMs) => waits.push([status, waitMs]) },
  );
  return { clock, waits, patient, sent: () => sent };
}

test('a request that was refused for now is sent again after the time that was asked for', async () => {
  const { clock, waits, patient, sent } = rig([[429, '2'], [503, '1'], [200]]);
  const answer = patient('http://localhost/');
  await clock.advance(1_999);
  expect(sent()).toBe(1);
  await clock.advance(1);
  expect(sent()).toBe(2);
  await clock.advance(1_000);
  expect(await (await answer).text()).toBe('answer 3');
  expect(waits).toEqual([
    [429, 2_000],
    [503, 1_000],
  ]);
});

test('twice, not for ever; and not for longer than anybody would wait', async () => {
  const busy = rig([[429, '1']]);
  const answer = busy.patient('http://localhost/');
  await busy.clock.advance(10_000);
  expect((await answer).status).toBe(429);
  expect(busy.sent()).toBe(3);

  const long = rig([[429, '31']]);
  expect((await long.patient('http://localhost/')).status).toBe(429);
  expect(long.sent()).toBe(1);
});

test.each([
  [429, undefined],
  [503, undefined],
  [500, '1'],
  [200, '1'],
  [429, 'soon'],
  [429, '-1'],
  [429, '1.5'],
  [429, '2026'.repeat(9)],
])('HTTP %i with Retry-After %s is passed on at once', async (status, after) => {
  const { patient, sent } = rig([after === undefined ? [status] : [status, after]]);
  expect((await patient('http://localhost/')).status).toBe(status);
  expect(sent()).toBe(1);
});

test('who gives the call up does not wait', async () => {
  const { patient, sent, clock } = rig([[429, '5']]);
  const controller = new AbortController();
  const answer = patient('http://localhost/', { signal: controller.signal });
  await clock.advance(1_000);
  controller.abort(new Error('given up'));
  await expect(answer).rejects.toThrow('given up');
  expect(sent()).toBe(1);
});

test('a date counts from now, and one that is past asks for no wait', () => {
  const now = Date.UTC(2026, 0, 1);
  const wait = (text: string) =>
    askedWait({ status: 429, headers: new Headers({ 'retry-after': text }) }, now);
  expect(wait('Thu, 01 Jan 2026 00:00:07 GMT')).toBe(7_000);
  expect(wait('Wed, 31 Dec 2025 00:00:00 GMT')).toBe(0);
  expect(wait('2026-01-01')).toBeUndefined();
});
