import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { BreakerState } from '../events/run-event.ts';
import { createSimulatedClock } from '../testing/simulated-clock.ts';
import { createBreaker, type AdmittedCall, type Breaker } from './breaker.ts';

type End = 'succeeded' | 'failed' | 'withdrawn';

interface Rig {
  readonly breaker: Breaker;
  readonly changes: [BreakerState, number | undefined][];
  pass(ms: number): Promise<void>;
  /** A call that is let through, and how it ends. */
  call(end: End): void;
  admitted(): AdmittedCall;
}

function rig(): Rig {
  const clock = createSimulatedClock();
  const changes: [BreakerState, number | undefined][] = [];
  const breaker = createBreaker({ clock, onChange: (state, ms) => changes.push([state, ms]) });
  const admitted = (): AdmittedCall => {
    const admission = breaker.admit();
    if (admission.type === 'held') throw new Error('held back');
    return admission;
  };
  return { breaker, changes, pass: (ms) => clock.advance(ms), call: (end) => admitted()[end](), admitted };
}

const times = (count: number, work: () => void): void => {
  for (let index = 0; index < count; index += 1) work();
};

test('it opens at three failures in a row', () => {
  const { breaker, call } = rig();
  call('failed');
  call('failed');
  call('succeeded');
  call('failed');
  call('failed');
  expect(breaker.state).toBe('closed');
  call('failed');
  expect(breaker.state).toBe('open');
  expect(breaker.admit()).toEqual({ type: 'held', retryInMs: 30_000 });
});

test('it opens when half of at least ten calls failed, however they are mixed', () => {
  const { breaker, call } = rig();
  times(4, () => call('succeeded'));
  for (const end of ['failed', 'failed', 'succeeded', 'failed', 'failed'] as const) call(end);
  // 4 of 9.
  expect(breaker.state).toBe('closed');
  call('succeeded');
  // 4 of 10.
  expect(breaker.state).toBe('closed');
  call('failed');
  // 5 of 11.
  expect(breaker.state).toBe('closed');
  call('failed');
  // 6 of 12.
  expect(breaker.state).toBe('open');
});

test('failures of more than a minute ago do not count', async () => {
  const { breaker, call, pass } = rig();
  times(2, () => call('failed'));
  call('succeeded');
  times(2, () => call('failed'));
  await pass(60_000);
  times(3, () => call('succeeded'));
  times(2, () => call('failed'));
  call('succeeded');
  times(2, () => call('failed'));
  // 8 of 13, but of this minute 4 of 8.
  expect(breaker.state).toBe('closed');
});

test('a busy minute is counted whole', async () => {
  const { breaker, call, pass } = rig();
  for (let second = 0; second < 50; second += 1) {
    times(10, () => call('succeeded'));
    await pass(1_000);
  }
  for (let index = 0; index < 240; index += 1) {
    call('failed');
    call('failed');
    call('succeeded');
  }
  // 480 of 1,220.
  expect(breaker.state).toBe('closed');
});

test('it stays open twice as long each time, up to five minutes, and starts anew when it has closed', async () => {
  const { changes, call, pass, breaker } = rig();
  times(3, () => call('failed'));
  for (const ms of [30_000, 60_000, 120_000, 240_000, 300_000, 300_000]) {
    expect(changes.at(-1)).toEqual(['open', ms]);
    await pass(ms - 1);
    expect(breaker.admit().type).toBe('held');
    await pass(1);
    call('failed');
  }
  await pass(300_000);
  call('succeeded');
  expect(breaker.state).toBe('closed');
  times(3, () => call('failed'));
  expect(changes.at(-1)).toEqual(['open', 30_000]);
});

test('of a hundred that wait exactly one is let through; the others hear when to try again', async () => {
  const { breaker, call, pass } = rig();
  times(3, () => call('failed'));
  await pass(30_000);
  const admissions = Array.from({ length: 100 }, () => breaker.admit());
  const [probe, ...more] = admissions.filter((admission) => admission.type === 'admitted');
  expect(more).toEqual([]);
  expect(probe?.probe).toBe(true);
  const held = admissions.filter((admission) => admission.type === 'held');
  expect(held).toHaveLength(99);
  for (const { retryInMs } of held) expect(retryInMs).toBeGreaterThan(0);
  probe?.succeeded();
  expect(Array.from({ length: 100 }, () => breaker.admit().type)).not.toContain('held');
});

test('a probe that was given up lets another one through', async () => {
  const { breaker, call, pass, admitted } = rig();
  times(3, () => call('failed'));
  await pass(30_000);
  admitted().withdrawn();
  expect(breaker.state).toBe('half_open');
  expect(admitted().probe).toBe(true);
  expect(breaker.admit().type).toBe('held');
});

test('what began before it opened decides nothing when it comes back later', async () => {
  const { breaker, call, pass, admitted } = rig();
  const [late, later, latest] = [admitted(), admitted(), admitted()];
  times(3, () => call('failed'));
  late.succeeded();
  expect(breaker.state).toBe('open');
  await pass(30_000);
  const probe = admitted();
  later.succeeded();
  expect(breaker.state).toBe('half_open');
  latest.failed();
  expect(breaker.state).toBe('half_open');
  late.withdrawn();
  expect(breaker.admit().type).toBe('held');
  probe.succeeded();
  expect(breaker.state).toBe('closed');
});

/** The same rules, written down as plainly as possible. */
class Model {
  state: BreakerState = 'closed';
  now = 0;
  ends: { second: number; failed: boolean }[] = [];
  openMs = 30_000;
  openUntil = 0;
  probe: number | undefined;
  /** In which period each call was let through. */
  calls: (number | undefined)[] = [];
  period = 0;

  admit(): string {
    const id = this.calls.length;
    if (this.state === 'open' && this.now >= this.openUntil) this.state = 'half_open';
    const isAdmitted = this.state === 'closed' || (this.state === 'half_open' && this.probe === undefined);
    this.calls.push(isAdmitted ? this.period : undefined);
    if (!isAdmitted) return 'held';
    if (this.state === 'half_open') this.probe = id;
    return this.state === 'half_open' ? 'probe' : 'admitted';
  }

  end(id: number, end: End): void {
    const period = this.calls[id];
    this.calls[id] = undefined;
    if (period !== this.period) return;
    if (id === this.probe) {
      this.probe = undefined;
      if (end === 'failed') this.open();
      if (end === 'succeeded') {
        this.state = 'closed';
        this.period += 1;
        this.ends = [];
        this.openMs = 30_000;
      }
    } else if (end !== 'withdrawn') {
      this.ends.push({ second: Math.floor(this.now / 1_000), failed: end === 'failed' });
      const recent = this.ends.filter(({ second }) => Math.floor(this.now / 1_000) - second < 60);
      const failed = recent.filter((each) => each.failed).length;
      const inRow = this.ends.length >= 3 && this.ends.slice(-3).every((each) => each.failed);
      if (end === 'failed' && (inRow || (recent.length >= 10 && failed * 2 >= recent.length))) this.open();
    }
  }

  open(): void {
    this.state = 'open';
    this.period += 1;
    this.openUntil = this.now + this.openMs;
    this.openMs = Math.min(this.openMs * 2, 300_000);
  }
}

test('it does what the rules say, in whatever order calls are made and come back', async () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ type: fc.constant('admit' as const) }) },
    {
      weight: 4,
      arbitrary: fc.record({
        type: fc.constant('end' as const),
        // Mostly one of the last calls.
        back: fc.oneof(fc.constant(0), fc.nat(3), fc.nat(40)),
        end: fc.constantFrom<End[]>('succeeded', 'failed', 'failed', 'withdrawn'),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        type: fc.constant('pass' as const),
        ms: fc.oneof(fc.nat(2_000), fc.constantFrom(30_000, 59_999, 60_000, 300_000)),
      }),
    },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 120 }), async (steps) => {
      const { breaker, pass } = rig();
      const model = new Model();
      const calls: (AdmittedCall | undefined)[] = [];
      for (const each of steps) {
        if (each.type === 'pass') {
          model.now += each.ms;
          await pass(each.ms);
        } else if (each.type === 'admit') {
          const admission = breaker.admit();
          calls.push(admission.type === 'admitted' ? admission : undefined);
          const kind = admission.type === 'admitted' && admission.probe ? 'probe' : admission.type;
          expect(kind).toBe(model.admit());
        } else {
          const id = calls.length - 1 - each.back;
          calls[id]?.[each.end]();
          model.end(id, each.end);
        }
        expect(breaker.state).toBe(model.state);
      }
    }),
  );
});
