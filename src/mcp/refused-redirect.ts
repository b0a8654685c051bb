/**
 * Says why a redirect is not followed. The client follows those that stay within the origin and keep the method, such
 * as from `/mcp` to `/mcp/`; any other would hand headers with keys and the call itself to somebody else.
 */

/** Undefined for an answer that is none, and for one that the client follows. */
export function refusedRedirect(
  input: string | URL | Request,
  method: string,
  response: Response,
): string | undefined {
  const location = response.headers.get('location');
  if (location === null || ![301, 302, 303, 307, 308].includes(response.status)) return undefined;
  const from = new URL(input instanceof Request ? input.url : input);
  const to = URL.parse(location, from.href);
  if (to === null) return undefined;
  if (!isWithin(from, to)) return `it redirects from ${from.origin} to ${to.origin}, which is not followed`;
  if (method === 'GET' || response.status === 307 || response.status === 308) return undefined;
  return `it redirects from ${from.origin} to another address of ${to.origin} in a way that loses the call`;
}

/** Plain http may turn into https of the same host. */
function isWithin(from: URL, to: URL): boolean {
  if (to.origin === from.origin) return true;
  const isUpgrade = from.protocol === 'http:' && to.protocol === 'https:';
  return isUpgrade && to.hostname === from.hostname && from.port === '' && to.port === '';
}
