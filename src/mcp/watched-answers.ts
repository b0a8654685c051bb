/**
 * Looks after answers over HTTP on their way to the client. One that would keep everybody waiting while it is read is
 * cut off; of an event stream that ends without the answer it was opened for, the call is told, as it would wait on.
 */
import { setImmediate } from 'node:timers/promises';
import { AnswerCutOff, cutOffEvent } from './answer-cut-off.ts';
import { JsonWeight, maxJsonWeight } from './json-weight.ts';
import { outgoingMessage } from './outgoing-message.ts';

/** Passed on in one go; a piece of that size with more lines is followed by a pause in which other work gets its turn. */
const atOnce = { bytes: 16 * 1024, lines: 50 };

type Bytes = Uint8Array<ArrayBuffer>;

export function watchedAnswers(inner: typeof fetch): typeof fetch {
  return async (input, init) => {
    const response = await inner(input, init);
    const { status, statusText, headers, body } = response;
    if (body === null) return response;
    const isStream = (headers.get('content-type') ?? '').startsWith('text/event-stream');
    const watched = isStream ? events(body, outgoingMessage(init?.body).request) : whole(body);
    return new Response(ReadableStream.from(watched), { status, statusText, headers });
  };
}

async function* whole(body: ReadableStream<Bytes>): AsyncGenerator<Bytes> {
  const weight = new JsonWeight();
  for await (const chunk of body) {
    weight.add(chunk);
    if (weight.weight > maxJsonWeight) throw tooHeavy();
    yield chunk;
  }
}

/** `request`: whose stream it is, as JSON; a stream that only listens belongs to nobody. */
async function* events(body: ReadableStream<Bytes>, request: string | undefined): AsyncGenerator<Bytes> {
  const watch = new EventWatch();
  let end = new AnswerCutOff('broken', 'the server ended its answer before it was whole');
  try {
    for await (const chunk of body) {
      for (let from = 0; from < chunk.length; from += atOnce.bytes) {
        const piece = chunk.subarray(from, from + atOnce.bytes);
        const lines = watch.add(piece);
        if (watch.isTooHeavy) throw tooHeavy();
        yield piece;
        if (lines > atOnce.lines) await setImmediate();
      }
    }
  } catch (error) {
    if (request === undefined || !(error instanceof AnswerCutOff)) throw error;
    end = error;
  }
  // A call that has its answer takes no notice. Where events have ids, the client asks for the rest by itself.
  if (request === undefined || (end.reason === 'broken' && watch.hasIds)) {
    if (end.cause !== undefined) throw end;
    return;
  }
  yield new TextEncoder().encode(cutOffEvent(request, end.reason, end.message));
}

/** What must be known of an event stream without reading it. */
class EventWatch {
  readonly #weight = new JsonWeight();
  #isTooHeavy = false;
  #hasIds = false;
  #lineIsEmpty = true;
  #lineStart = '';

  /** Some event is too much to be read. */
  get isTooHeavy(): boolean {
    return this.#isTooHeavy;
  }

  /** Some event had an id: it can be gone on with from there. */
  get hasIds(): boolean {
    return this.#hasIds;
  }

  /** Returns how many lines end in it. */
  add(chunk: Bytes): number {
    let lines = 0;
    let from = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
      this.#take(chunk.subarray(from, end));
      if (this.#lineIsEmpty) this.#weight.reset();
      this.#lineIsEmpty = true;
      this.#lineStart = '';
      lines += 1;
      from = end + 1;
    }
    this.#take(chunk.subarray(from));
    return lines;
  }

  #take(part: Bytes): void {
    if (this.#lineStart.length < 3) {
      this.#lineStart += String.fromCodePoint(...part.subarray(0, 3));
      if (this.#lineStart.startsWith('id:')) this.#hasIds = true;
    }
    if (part.some((byte) => byte !== 13)) this.#lineIsEmpty = false;
    this.#weight.add(part);
    if (this.#weight.weight > maxJsonWeight) this.#isTooHeavy = true;
  }
}

function tooHeavy(): AnswerCutOff {
  return new AnswerCutOff('too_long', `its answer is over the limit of ${maxJsonWeight} values`);
}
