import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createBulkhead } from './bulkhead.ts';

const patient = new AbortController().signal;

test('so many run, so many wait, and who comes after them is told at once', async () => {
  const bulkhead = createBulkhead({ running: 2, waiting: 1 });
  const leave = await bulkhead.enter(patient);
  await bulkhead.enter(patient);
  const third = bulkhead.enter(patient);
  expect(await bulkhead.enter(patient)).toBeUndefined();
  expect([bulkhead.running, bulkhead.waiting]).toEqual([2, 1]);
  leave?.();
  expect(await third).toBeTypeOf('function');
  expect([bulkhead.running, bulkhead.waiting]).toEqual([2, 0]);
});

test('a place that is given back twice is one place', async () => {
  const bulkhead = createBulkhead({ running: 1, waiting: 2 });
  const leave = await bulkhead.enter(patient);
  const [second, third] = [bulkhead.enter(patient), bulkhead.enter(patient)];
  leave?.();
  leave?.();
  await second;
  expect([bulkhead.running, bulkhead.waiting]).toEqual([1, 1]);
  (await second)?.();
  await third;
});

test('whoever gives up while waiting leaves the queue; any of the signals will do', async () => {
  const bulkhead = createBulkhead({ running: 1, waiting: 5 });
  const leave = await bulkhead.enter(patient);
  const [first, second] = [new AbortController(), new AbortController()];
  const given = [bulkhead.enter(first.signal, patient), bulkhead.enter(patient, second.signal)];
  const stays = bulkhead.enter(patient);
  second.abort(new Error('two'));
  first.abort(new Error('one'));
  await expect(given[0]).rejects.toThrow('one');
  await expect(given[1]).rejects.toThrow('two');
  expect(bulkhead.waiting).toBe(1);
  leave?.();
  await stays;
  await expect(bulkhead.enter(patient, first.signal)).rejects.toThrow('one');
  expect([bulkhead.running, bulkhead.waiting]).toEqual([1, 0]);
});

test('places are given in the order of asking, never more than there are, and none is lost', async () => {
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.constant({ type: 'enter' as const, at: 0 }) },
    { weight: 2, arbitrary: fc.record({ type: fc.constant('leave' as const), at: fc.nat(50) }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('abort' as const), at: fc.nat(50) }) },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.nat(4),
      fc.array(step, { maxLength: 60 }),
      async (running, waiting, steps) => {
        const bulkhead = createBulkhead({ running, waiting });
        const aborts: AbortController[] = [];
        const inside: { readonly id: number; readonly leave: () => void }[] = [];
        const entered: number[] = [];
        // What must be: who runs and who waits, as plain lists.
        let model = { inside: [] as number[], queue: [] as number[], order: [] as number[] };
        const admit = (): void => {
          const [next, ...queue] = model.queue;
          if (next === undefined || model.inside.length >= running) return;
          model = { inside: [...model.inside, next], queue, order: [...model.order, next] };
        };
        for (const { type, at } of steps) {
          if (type === 'enter') {
            const id = aborts.length;
            const abort = new AbortController();
            aborts.push(abort);
            bulkhead.enter(abort.signal).then(
              (leave) => {
                if (leave === undefined) return;
                inside.push({ id, leave });
                entered.push(id);
              },
              () => undefined,
            );
            if (model.inside.length < running || model.queue.length < waiting) model.queue.push(id);
            admit();
          } else if (type === 'leave') {
            const [left] = inside.splice(at % Math.max(1, inside.length), 1);
            left?.leave();
            model.inside = model.inside.filter((id) => id !== left?.id);
            admit();
          } else {
            const id = at % Math.max(1, aborts.length);
            aborts[id]?.abort(new Error('enough'));
            model.queue = model.queue.filter((each) => each !== id);
          }
          await Promise.resolve();
          await Promise.resolve();
          expect(entered).toEqual(model.order);
          expect([bulkhead.running, bulkhead.waiting]).toEqual([model.inside.length, model.queue.length]);
        }
      },
    ),
  );
});
