/**
 * Sends a failed request again where that can help; the only place that does. At most 4 attempts in all.
 * A failure before anything of the reply came is retried after a random wait that doubles its bound, or as
 * long as the provider asks. A reply that broke off after it began, or stalled, is void as a whole and is
 * asked for once more from the start; `attempt.failed` tells the consumer to forget what it has shown.
 */
import { type Clock, sleep } from '../../../events/clock.ts';
import { ModelFailure } from './model-failure.ts';
import type { ModelEvent, ModelPort, ModelRequest } from './model-port.ts';

export interface RetryingModelOptions {
  readonly clock: Clock;
  /** Numbers in [0, 1). */
  random(): number;
}

const maxAttempts = 4;
/** A reply that broke off or stalled has cost money and time already. */
const maxRestarts = 1;
const firstWaitMs = 1_000;
const longestWaitMs = 30_000;
/** Providers that ask for more are not waited for. */
const longestAskedMs = 120_000;
/** On top of what a provider asks, so that agents told the same do not come back together. */
const askedJitterMs = 1_000;

export function createRetryingModel(model: ModelPort, { clock, random }: RetryingModelOptions): ModelPort {
  const waitFor = (failure: ModelFailure, attempt: number): number => {
    const asked = failure.facts.retryAfterMs;
    if (asked === undefined) return random() * Math.min(longestWaitMs, firstWaitMs * 2 ** (attempt - 1));
    return asked + random() * askedJitterMs;
  };

  async function* stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent> {
    let restarts = 0;
    for (let attempt = 1; ; attempt += 1) {
      let begun = false;
      try {
        for await (const event of model.stream(request, signal)) {
          begun = true;
          yield event;
        }
        return;
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof ModelFailure) || !error.facts.retryable) throw error;
        if (begun || isStall(error)) restarts += 1;
        if (restarts > maxRestarts || attempt === maxAttempts) throw afterAttempts(error, attempt);
        if ((error.facts.retryAfterMs ?? 0) > longestAskedMs) throw tooLong(error, clock.now());
        const retryInMs = Math.round(waitFor(error, attempt));
        yield { type: 'attempt.failed', failure: error, retryInMs };
        await sleep(clock, retryInMs, signal);
        yield { type: 'attempt.started' };
      }
    }
  }

  return { version: 1, provider: model.provider, model: model.model, stream };
}

/** We gave up waiting; a 408 is the server's own word and comes quickly. */
const isStall = ({ facts }: ModelFailure): boolean => facts.kind === 'timeout' && facts.status === undefined;

function afterAttempts(failure: ModelFailure, attempts: number): ModelFailure {
  const { facts } = failure;
  if (attempts === 1) return failure;
  return new ModelFailure({ ...facts, detail: `${facts.detail}; tried ${attempts} times` });
}

function tooLong({ facts }: ModelFailure, nowMs: number): ModelFailure {
  const waitMs = facts.retryAfterMs ?? 0;
  return new ModelFailure({
    ...facts,
    detail: `${facts.detail}; it asks to wait ${Math.ceil(waitMs / 1_000)} s`,
    hint: `Try again after ${new Date(nowMs + waitMs).toISOString()}, or use another provider.`,
  });
}
