import { expect, test } from 'vitest';
import type { RunEvent } from '../events/run-event.ts';
import { createSimulatedClock } from '../testing/simulated-clock.ts';
import { EventBatch } from './event-batch.ts';

function rig() {
  const clock = createSimulatedClock();
  const told: string[] = [];
  const moments: (() => void)[] = [];
  const batch = new EventBatch(
    clock,
    (events) => told.push(events.map((event) => (event.type === 'message.user' ? event.text : '')).join(' ')),
    () => told.push('due'),
    (work) => moments.push(work),
  );
  const add = (text: string, characters = 1): void =>
    batch.add({ v: 1, seq: 1, at: '', run: '', type: 'message.user', text } satisfies RunEvent, characters);
  return { clock, told, batch, add, moments };
}

test('events are handed out together and in order, a fifth of a second after the first', async () => {
  const { clock, told, add } = rig();
  add('a');
  await clock.advance(150);
  add('b');
  await clock.advance(49);
  expect(told).toEqual([]);
  await clock.advance(1);
  expect(told).toEqual(['a b', 'due']);
  await clock.advance(1_000);
  expect(told).toEqual(['a b', 'due']);
  add('c');
  await clock.advance(200);
  expect(told).toEqual(['a b', 'due', 'c', 'due']);
});

test('many, or much text, wait for nothing; what was handed out is due at the time it would have been', async () => {
  const { clock, told, add } = rig();
  for (let count = 0; count < 256; count += 1) add('x');
  expect(told).toHaveLength(1);
  add('long', 1_000_000);
  expect(told).toHaveLength(2);
  await clock.advance(200);
  expect(told.slice(2)).toEqual(['due']);
});

test('a good number waits for the next moment, once, and takes with it what came meanwhile', () => {
  const { told, add, moments } = rig();
  for (let count = 0; count < 210; count += 1) add('x');
  expect(told).toEqual([]);
  expect(moments).toHaveLength(1);
  moments[0]?.();
  expect(told.map((text) => text.split(' ').length)).toEqual([210]);
  for (let count = 0; count < 200; count += 1) add('y');
  expect(moments).toHaveLength(2);
});

test('whoever has something else to tell lets them go first', () => {
  const { told, batch, add } = rig();
  add('a');
  batch.drain();
  batch.drain();
  expect(told).toEqual(['a']);
});
