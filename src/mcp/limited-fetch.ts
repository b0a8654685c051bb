/**
 * A fetch whose answers have a size limit, so that a server that never stops sending cannot fill our memory: the
 * whole body counts, of an event stream each event.
 */

/** @throws in the body of an answer, once more than `maxBytes` have come. */
export function limitedFetch(inner: typeof fetch, maxBytes: number): typeof fetch {
  return async (input, init) => {
    const response = await inner(input, init);
    if (response.body === null) return response;
    const isStream = (response.headers.get('content-type') ?? '').startsWith('text/event-stream');
    const { status, statusText, headers } = response;
    const body = response.body.pipeThrough(isStream ? limitEvents(maxBytes) : limitAll(maxBytes));
    return new Response(body, { status, statusText, headers });
  };
}

type Bytes = Uint8Array<ArrayBuffer>;

function limitAll(maxBytes: number): TransformStream<Bytes, Bytes> {
  let length = 0;
  return new TransformStream({
    transform(chunk, controller) {
      length += chunk.length;
      if (length > maxBytes) throw tooLong(maxBytes);
      controller.enqueue(chunk);
    },
  });
}

/** Events end with an empty line; carriage returns do not count as content. */
function limitEvents(maxBytes: number): TransformStream<Bytes, Bytes> {
  let length = 0;
  let lineIsEmpty = true;
  return new TransformStream({
    transform(chunk, controller) {
      for (const byte of chunk) {
        length += 1;
        if (byte === 10 && lineIsEmpty) length = 0;
        if (byte !== 13) lineIsEmpty = byte === 10;
        if (length > maxBytes) throw tooLong(maxBytes);
      }
      controller.enqueue(chunk);
    },
  });
}

function tooLong(maxBytes: number): Error {
  return new Error(`the answer is over the limit of ${maxBytes} bytes`);
}
