import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { DurableEvent, DurableEventBody, RunEvent } from '../events/run-event.ts';
import { createSimulatedClock } from '../testing/simulated-clock.ts';
import { EventRecorder } from './event-recorder.ts';
import type { Journal } from './journal.ts';

/** A journal whose appends become durable, or fail, when the test says so. */
function createManualJournal() {
  const settled: PromiseWithResolvers<void>[] = [];
  let nextSeq = 1;
  const journal: Journal = {
    run: 'r',
    get nextSeq() {
      return nextSeq;
    },
    append(bodies) {
      const events = bodies.map((body): DurableEvent => {
        nextSeq += 1;
        return { ...body, v: 1, at: '', run: 'r', seq: nextSeq - 1 };
      });
      const entry = Promise.withResolvers<void>();
      settled.push(entry);
      return { events, durable: entry.promise };
    },
    close: async () => undefined,
  };
  return { journal, settled };
}

function createRecorder() {
  const { journal, settled } = createManualJournal();
  const clock = createSimulatedClock();
  const listenerErrors: unknown[] = [];
  const recorder = new EventRecorder({
    journal,
    clock,
    onListenerError: (error) => listenerErrors.push(error),
  });
  const seen: RunEvent[] = [];
  const seqs = (): (number | undefined)[] => seen.map((event) => ('seq' in event ? event.seq : undefined));
  const unsubscribe = recorder.subscribe((event) => seen.push(event));
  return { recorder, settled, clock, listenerErrors, seen, seqs, unsubscribe };
}

const note = (text: string): DurableEventBody => ({ type: 'message.user', text });

test('durable events reach listeners when they are durable, not before, and durable settles after that', async () => {
  const { recorder, settled, seqs } = createRecorder();
  const { events, durable } = recorder.append([note('a'), note('b')]);
  expect(events.map((event) => event.seq)).toEqual([1, 2]);
  await setImmediate();
  expect(seqs()).toEqual([]);
  settled[0]?.resolve();
  await durable;
  expect(seqs()).toEqual([1, 2]);
});

test('listeners get events in the order of seq, whichever is durable first', async () => {
  const { recorder, settled, seqs } = createRecorder();
  const all = ['a', 'b', 'c'].map((text) => recorder.append([note(text)]).durable);
  settled[2]?.resolve();
  settled[1]?.resolve();
  await setImmediate();
  expect(seqs()).toEqual([]);
  settled[0]?.resolve();
  await Promise.all(all);
  expect(seqs()).toEqual([1, 2, 3]);
});

test('events that fail to become durable are never published, and no later ones jump the queue', async () => {
  const { recorder, settled, seqs } = createRecorder();
  const [first, second, third] = ['a', 'b', 'c'].map((text) => recorder.append([note(text)]).durable);
  settled[1]?.reject(new Error('disk full'));
  settled[2]?.resolve();
  await setImmediate();
  expect(seqs()).toEqual([]);
  settled[0]?.resolve();
  await Promise.all([first, third]);
  await expect(second).rejects.toThrow('disk full');
  expect(seqs()).toEqual([1, 3]);
});

test('ephemeral events are published at once, with run and time', () => {
  const { recorder, clock, seen } = createRecorder();
  recorder.stream({ type: 'text.delta', agent: 'a', turn: 1, text: 'hel' });
  void clock.advance(5);
  recorder.stream({ type: 'reasoning.delta', agent: 'a', turn: 1, text: 'lo' });
  expect(seen).toEqual([
    { v: 1, at: '2026-01-01T00:00:00.000Z', run: 'r', type: 'text.delta', agent: 'a', turn: 1, text: 'hel' },
    expect.objectContaining({ type: 'reasoning.delta', text: 'lo' }),
  ]);
});

test('the time of a streamed event follows the clock', async () => {
  const { recorder, clock, seen } = createRecorder();
  await clock.advance(1_234);
  recorder.stream({ type: 'text.delta', agent: 'a', turn: 1, text: 'x' });
  expect(seen[0]?.at).toBe('2026-01-01T00:00:01.234Z');
});

test('a listener that throws is unsubscribed and reported; the others and the run go on', async () => {
  const { recorder, settled, listenerErrors, seqs } = createRecorder();
  let calls = 0;
  recorder.subscribe(() => {
    calls += 1;
    throw new Error('broken display');
  });
  const after: RunEvent[] = [];
  recorder.subscribe((event) => after.push(event));
  const { durable } = recorder.append([note('a'), note('b')]);
  settled[0]?.resolve();
  await durable;
  expect(calls).toBe(1);
  expect(listenerErrors).toEqual([expect.objectContaining({ message: 'broken display' })]);
  expect(seqs()).toEqual([1, 2]);
  expect(after).toHaveLength(2);
});

test('a listener that has unsubscribed gets nothing more', () => {
  const { recorder, seen, unsubscribe } = createRecorder();
  recorder.stream({ type: 'text.delta', agent: 'a', turn: 1, text: 'x' });
  unsubscribe();
  recorder.stream({ type: 'text.delta', agent: 'a', turn: 1, text: 'y' });
  expect(seen).toHaveLength(1);
});

test('a listener may append: its event follows behind', async () => {
  const { recorder, settled, seqs } = createRecorder();
  let answered: Promise<void> | undefined;
  recorder.subscribe((event) => {
    if (event.type === 'message.user' && event.text === 'a')
      answered = recorder.append([note('reply')]).durable;
  });
  const { durable } = recorder.append([note('a')]);
  settled[0]?.resolve();
  await durable;
  settled[1]?.resolve();
  await answered;
  expect(seqs()).toEqual([1, 2]);
});
