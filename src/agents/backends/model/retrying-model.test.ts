import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSimulatedClock } from '../../../testing/simulated-clock.ts';
import { ModelFailure, type ModelFailureFacts } from './model-failure.ts';
import type { ModelEvent, ModelPort } from './model-port.ts';
import { createRetryingModel } from './retrying-model.ts';

interface Attempt {
  /** Whether something of the reply comes before the failure. */
  readonly begins: boolean;
  readonly failure: Omit<ModelFailureFacts, 'detail'> | undefined;
}

/** A model that plays the attempts in order, then succeeds. */
function playing(attempts: readonly Attempt[]): ModelPort & { requests: number } {
  return {
    version: 1,
    provider: 'testhost',
    model: 'test-model',
    requests: 0,
    async *stream() {
      const attempt = attempts[this.requests];
      this.requests += 1;
      await Promise.resolve();
      if (attempt?.begins === true) yield { type: 'text.delta', text: 'x' };
      if (attempt?.failure !== undefined) throw new ModelFailure({ detail: 'it failed', ...attempt.failure });
      yield { type: 'finish', finish: 'stop', usage: {} };
    },
  };
}

async function run(attempts: readonly Attempt[], random: () => number = () => 0.5) {
  const clock = createSimulatedClock();
  const model = playing(attempts);
  const events: ModelEvent[] = [];
  let error: unknown;
  const running = (async () => {
    try {
      const request = { messages: [], tools: [], parameters: {} };
      const stream = createRetryingModel(model, { clock, random }).stream(
        request,
        new AbortController().signal,
      );
      for await (const event of stream) events.push(event);
    } catch (thrown) {
      error = thrown;
    }
  })();
  await clock.runAll();
  await running;
  return { events, error, requests: model.requests, elapsed: clock.monotonic() };
}

const failing = fc.record({
  begins: fc.boolean(),
  failure: fc.record(
    {
      kind: fc.constantFrom(
        'rate_limited' as const,
        'server' as const,
        'timeout' as const,
        'bad_request' as const,
      ),
      retryable: fc.boolean(),
      retryAfterMs: fc.nat(200_000),
    },
    { requiredKeys: ['kind', 'retryable'] },
  ),
});

describe('retries', () => {
  it('hold their limits in every sequence of failures', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(failing, { maxLength: 8 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        async (attempts, chance) => {
          const { events, error, requests } = await run(attempts, () => chance);
          const played = attempts.slice(0, requests);
          expect(requests).toBeLessThanOrEqual(4);
          expect(played.slice(0, -1).every(({ failure }) => failure.retryable)).toBe(true);
          const restarts = played
            .slice(0, -1)
            .filter(({ begins, failure }) => begins || failure.kind === 'timeout');
          expect(restarts.length).toBeLessThanOrEqual(1);
          const waits = events.flatMap((event) => (event.type === 'attempt.failed' ? [event] : []));
          expect(waits).toHaveLength(requests - 1);
          for (const [index, { retryInMs, failure }] of waits.entries()) {
            const asked = failure.facts.retryAfterMs;
            expect(retryInMs).toBeGreaterThanOrEqual(asked ?? 0);
            expect(retryInMs).toBeLessThanOrEqual(asked === undefined ? 1_000 * 2 ** index : asked + 1_000);
            expect(asked ?? 0).toBeLessThanOrEqual(120_000);
          }
          expect(error === undefined).toBe(events.at(-1)?.type === 'finish');
        },
      ),
      { numRuns: 300 },
    );
  });

  it('do not touch a reply that works', async () => {
    const { events, requests, elapsed } = await run([]);
    expect([events.length, requests, elapsed]).toEqual([1, 1, 0]);
  });

  it('tell of a failure before the pause and of the new attempt after it', async () => {
    const { events } = await run([{ begins: true, failure: { kind: 'network', retryable: true } }]);
    expect(events.map(({ type }) => type)).toEqual([
      'text.delta',
      'attempt.failed',
      'attempt.started',
      'finish',
    ]);
  });

  it('pass on what is no failure of a model as it is', async () => {
    const broken: ModelPort = {
      ...playing([]),
      stream: () => {
        throw new TypeError('a fault of the program');
      },
    };
    const model = createRetryingModel(broken, { clock: createSimulatedClock(), random: () => 0 });
    const request = { messages: [], tools: [], parameters: {} };
    const events = model.stream(request, new AbortController().signal)[Symbol.asyncIterator]();
    await expect(events.next()).rejects.toThrow('a fault of the program');
  });
});
