/** A transport that shows every message to somebody on its way, and changes none. For debugging only: it costs. */
import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/client';

type Send = Transport['send'];
type OnMessage = NonNullable<Transport['onmessage']>;

/** Puts the watcher into `transport` itself, so that whoever holds it sees no other object. */
export function watchTransport(
  transport: Transport,
  watch: (direction: 'in' | 'out', message: JSONRPCMessage) => void,
): void {
  const send: Send = transport.send.bind(transport);
  transport.send = (message, options) => {
    watch('out', message);
    return send(message, options);
  };
  let inner: OnMessage | undefined;
  Object.defineProperty(transport, 'onmessage', {
    configurable: true,
    get: (): OnMessage | undefined =>
      inner === undefined
        ? undefined
        : (message, extra) => {
            watch('in', message);
            inner?.(message, extra);
          },
    set: (handler: OnMessage | undefined) => {
      inner = handler;
    },
  });
}
