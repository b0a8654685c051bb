/**
 * The body of an answer, read only as fast as it is taken, and only as long as it may be: up to a size, not after a
 * silence, and not after whoever asked has given up. What ends the reading also ends the connection.
 */
import type { Clock } from '../events/clock.ts';
import { AnswerCutOff } from './answer-cut-off.ts';
import type { Measure } from './message-length.ts';

export type Bytes = Uint8Array<ArrayBuffer>;

export interface BodyGuard {
  readonly clock: Clock;
  readonly maxBytes: number;
  readonly readTimeoutMs: number;
  readonly measure: Measure;
  /** What takes the place of the rest; without it the reader gets the error. */
  readonly lastWords?: (error: AnswerCutOff) => string | undefined;
  /** Called once, when nothing more is read. */
  readonly onEnd: (how: AnswerCutOff | undefined) => void;
}

export interface GuardedBody {
  readonly stream: ReadableStream<Bytes>;
  readonly cutOff: (error: AnswerCutOff) => void;
}

export function guardBody(body: ReadableStream<Bytes>, guard: BodyGuard): GuardedBody {
  const reader = body.getReader();
  let output: ReadableStreamDefaultController<Bytes> | undefined;
  let over = false;
  let stopWaiting = (): void => undefined;

  function end(how?: AnswerCutOff): void {
    over = true;
    stopWaiting();
    guard.onEnd(how);
  }

  function cutOff(error: AnswerCutOff): void {
    if (over) return;
    end(error);
    // Ends the connection. It may be broken already, and nobody is left who could use that.
    reader.cancel(error).catch(() => undefined);
    const words = guard.lastWords?.(error);
    if (words === undefined) {
      output?.error(error);
      return;
    }
    output?.enqueue(new TextEncoder().encode(words));
    output?.close();
  }

  const stream = new ReadableStream<Bytes>(
    {
      start(controller) {
        output = controller;
      },
      async pull(controller) {
        const { readTimeoutMs, maxBytes } = guard;
        stopWaiting = guard.clock.after(readTimeoutMs, () =>
          cutOff(new AnswerCutOff('silent', `its answer said nothing for ${readTimeoutMs} ms`)),
        );
        let part: Awaited<ReturnType<typeof reader.read>>;
        try {
          part = await reader.read();
        } catch (error) {
          cutOff(
            new AnswerCutOff('broken', 'the connection broke before the end of its answer', { cause: error }),
          );
          return;
        }
        stopWaiting();
        if (over) return;
        if (part.done) {
          end();
          controller.close();
        } else if (guard.measure(part.value) > maxBytes) {
          cutOff(new AnswerCutOff('too_long', `its answer is over the limit of ${maxBytes} bytes`));
        } else {
          controller.enqueue(part.value);
        }
      },
      cancel(reason) {
        if (!over) end();
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
  return { stream, cutOff };
}
