/**
 * What a body that the client sends is, read from its edges: bodies may be large, and all that matters is which request
 * it is or which one it takes back. The client writes `method` first and `id` last; a test with the real one keeps
 * watch.
 */
export interface OutgoingMessage {
  /** Its id, as JSON, when it is a request. */
  readonly request?: string;
  /** The id, as JSON, of the request that is given up. */
  readonly takesBack?: string;
}

export function outgoingMessage(body: unknown): OutgoingMessage {
  if (typeof body !== 'string') return {};
  if (body.startsWith('{"method":')) {
    const request = /"id":(-?\d{1,16}|"[^"\\]{0,100}")\}$/u.exec(body.slice(-120))?.[1];
    return request === undefined ? {} : { request };
  }
  if (body.length > 10_000 || !body.slice(0, 100).includes('"notifications/cancelled"')) return {};
  const { params } = JSON.parse(body) as { readonly params?: { readonly requestId?: unknown } };
  const id = params?.requestId;
  return id === undefined ? {} : { takesBack: JSON.stringify(id) };
}
