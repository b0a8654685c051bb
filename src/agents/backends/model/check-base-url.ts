/**
 * The base URL of a backend, checked before any key goes there: http or https, no user and password in it,
 * and a key over plain http only to this machine or a private network. Forgives what people paste: slashes at
 * the end, the path of the chat call itself.
 */
import { isPrivateHost } from '../../../credentials/private-host.ts';
import { agentErrors } from '../../../errors/agent-errors.ts';
import { MassGenError } from '../../../errors/massgen-error.ts';

/** Returns the URL without a slash at its end. */
export function checkBaseUrl(written: string, hasKey: boolean): string {
  const url = URL.parse(written.trim());
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new MassGenError(agentErrors.badBaseUrl, {
      detail: `${JSON.stringify(written)} is not an http(s) URL`,
    });
  }
  if (url.username !== '' || url.password !== '') {
    throw new MassGenError(agentErrors.badBaseUrl, {
      detail: `the URL of ${url.host} holds a user name or password`,
      hint: 'Put the key into `api_key` of the backend, as a reference such as ${MY_KEY}.',
    });
  }
  if (url.search !== '' || url.hash !== '') {
    throw new MassGenError(agentErrors.badBaseUrl, {
      detail: `the URL of ${url.host} has a part behind ? or #`,
    });
  }
  if (url.protocol === 'http:' && hasKey && !isPrivateHost(url.hostname)) {
    throw new MassGenError(agentErrors.keyOverPlainHttp, { detail: url.origin });
  }
  return `${url.origin}${url.pathname.replace(/\/+$/u, '').replace(/\/chat\/completions$/u, '')}`;
}
