/**
 * Ends the body of an event stream after its `[DONE]` event. The SDK waits for the connection to end, which
 * some servers and proxies forget; the finished reply would then be thrown away as stalled. A server that
 * ends within a second keeps its connection for the next request; what comes after `[DONE]` is dropped.
 */
import type { Clock } from '../../../events/clock.ts';

const patienceMs = 1_000;

export function endAtDone(response: Response, clock: Clock): Response {
  const type = response.headers.get('content-type') ?? '';
  if (response.body === null || !response.ok || !type.startsWith('text/event-stream')) return response;
  // Latin-1 gives one character a byte, whatever is cut; a line break cannot be inside the JSON of an event.
  const decoder = new TextDecoder('latin1');
  let tail = '\n';
  let stopTimer: (() => void) | undefined;
  const body = response.body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        if (stopTimer !== undefined) return;
        const text = tail + decoder.decode(chunk);
        const done = /[\r\n]data: ?\[DONE\]/u.exec(text);
        const end = done === null ? chunk.length : done.index + done[0].length - tail.length;
        tail = text.slice(-16);
        controller.enqueue(chunk.subarray(0, end));
        if (done !== null) stopTimer = clock.after(patienceMs, () => controller.terminate());
      },
      flush: () => stopTimer?.(),
    }),
  );
  return new Response(body, { status: response.status, headers: response.headers });
}
