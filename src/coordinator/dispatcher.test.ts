import { expect, it } from 'vitest';
import type { DurableEvent, DurableEventBody } from '../events/run-event.ts';
import { configOf } from '../protocol/protocol-rig.test-support.ts';
import { initialState } from '../protocol/protocol-state.ts';
import { createSimulatedClock } from '../testing/simulated-clock.ts';
import { createDispatcher } from './dispatcher.ts';

/** A dispatcher whose appends become durable, or fail, when the test says so, and what happened in which order. */
function createRig() {
  const clock = createSimulatedClock();
  const log: string[] = [];
  const appends: PromiseWithResolvers<void>[] = [];
  let nextSeq = 1;
  const dispatcher = createDispatcher({
    initial: initialState(configOf({ ids: ['writer', 'critic'] })),
    recorder: {
      get nextSeq() {
        return nextSeq;
      },
      append(bodies: readonly DurableEventBody[]) {
        const envelope = { v: 1, at: '', run: 'r' } as const;
        const events = bodies.map((body): DurableEvent => ({
          ...body,
          ...envelope,
          seq: (nextSeq += 1) - 1,
        }));
        log.push(`append ${bodies.map(({ type }) => type).join(' ')}`);
        const durable = Promise.withResolvers<void>();
        appends.push(durable);
        return { events, durable: durable.promise };
      },
    },
    settle: (events) => {
      log.push(`settle ${events.length}`);
      return Promise.resolve();
    },
    carryOut: (command) => log.push(command.type),
    failed: (error) => log.push(`failed ${String(error)}`),
  });
  const answer = (agent: string) =>
    dispatcher.dispatch({ type: 'answer', agent, turn: 1, text: agent, comparable: agent });
  return { clock, dispatcher, log, appends, answer };
}

it('takes one input at a time: nothing is carried out or decided on before a step is durable', async () => {
  const { clock, dispatcher, log, appends, answer } = createRig();
  const started = dispatcher.dispatch({ type: 'start' });
  const answered = answer('writer');
  await clock.advance(0);
  expect(log).toEqual(['append turn.started turn.started']);
  appends[0]?.resolve();
  await started;
  await clock.advance(0);
  expect(log.slice(1)).toEqual([
    'settle 2',
    'turn.start',
    'turn.start',
    'append answer.submitted turn.finished',
  ]);
  appends[1]?.resolve();
  await expect(answered).resolves.toEqual({ type: 'accepted', label: 'writer.1' });
});

it('takes nothing after a step that failed: its commands are lost, so the run must not go on', async () => {
  const { clock, dispatcher, log, appends, answer } = createRig();
  const started = expect(dispatcher.dispatch({ type: 'start' })).rejects.toThrow('disk full');
  const answered = answer('writer');
  await clock.advance(0);
  appends[0]?.reject(new Error('disk full'));
  await started;
  await expect(answered).resolves.toEqual({ type: 'over' });
  await expect(answer('critic')).resolves.toEqual({ type: 'over' });
  expect(log).toEqual(['append turn.started turn.started', 'failed Error: disk full']);
});

it('finishes the step that is under way when it is closed, and takes none after it', async () => {
  const { clock, dispatcher, log, appends, answer } = createRig();
  const started = dispatcher.dispatch({ type: 'start' });
  await clock.advance(0);
  const closed = dispatcher.close().then(() => log.push('closed'));
  appends[0]?.resolve();
  await Promise.all([started, closed]);
  expect(log.slice(1)).toEqual(['settle 2', 'turn.start', 'turn.start', 'closed']);
  await expect(answer('writer')).resolves.toEqual({ type: 'over' });
});
