/**
 * The rules of `security` for addresses. Decided on the host as the URL standard reads it, so that 127.1, 0x7f000001
 * or full-width dots are what they stand for. Names are looked up only with `resolve_dns`; what a name stands for may
 * be another address by the time it is called.
 */
import { addressRange } from './address-range.ts';
import type { SecurityRules, SecurityViolation } from './secured-server.ts';

/** All addresses of a host. */
export type LookUp = (host: string) => Promise<readonly string[]>;

/** Remote logins, mail, names, files of Windows, databases: nothing that speaks HTTP. */
const closedPorts: ReadonlySet<number> = new Set([
  0, 22, 23, 25, 53, 135, 139, 445, 1433, 1521, 3306, 3389, 5432, 6379,
]);
const localNames: ReadonlySet<string> = new Set([
  'localhost',
  'localhost.localdomain',
  'localhost4',
  'localhost6',
  'ip6-localhost',
  'ip6-loopback',
]);
/** Names under which clouds hand out the keys of the machine. */
const metadataNames: ReadonlySet<string> = new Set(['metadata', 'metadata.google.internal']);

export function checkUrl(text: string, rules: SecurityRules): readonly SecurityViolation[] {
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol) || text.length > 2_048)
    return [violation('url', 'its `url` is no address of the form https://host/path', 'correct `url`')];
  const found: SecurityViolation[] = [];
  if (url.username !== '' || url.password !== '')
    found.push(violation('url', 'its `url` holds a user or a password', 'send it in `headers` instead'));
  if (url.port !== '' && closedPorts.has(Number(url.port)))
    found.push(
      violation('port', `port ${url.port} belongs to another kind of service`, 'use another port in `url`'),
    );
  const host = hostOf(url);
  return isExempt(host, rules) ? found : [...found, ...checkHost(host, rules)];
}

/** With `resolve_dns`: checks each address the host of a valid URL stands for. Never rejects. */
export async function checkLookedUp(
  text: string,
  rules: SecurityRules,
  lookUp: LookUp,
): Promise<readonly SecurityViolation[]> {
  const url = URL.parse(text);
  if (rules.resolve_dns !== true || url === null) return [];
  const host = hostOf(url);
  if (isExempt(host, rules) || addressRange(host) !== undefined) return [];
  let addresses: readonly string[];
  try {
    addresses = await lookUp(host);
  } catch (error) {
    // What cannot be checked is not allowed.
    const { code } = (error ?? {}) as { readonly code?: unknown };
    const reason = typeof code === 'string' ? ` (${code})` : '';
    return [violation('lookup', `the addresses of ${host} could not be looked up${reason}`, exemption(host))];
  }
  return addresses.flatMap((address) => checkAddress(address, rules, host));
}

function checkHost(host: string, rules: SecurityRules): readonly SecurityViolation[] {
  if (isLocalName(host)) {
    if (rules.allow_localhost === true) return [];
    return [violation('host', `${host} is this machine`, 'set `security.allow_localhost`')];
  }
  if (metadataNames.has(host)) {
    if (rules.allow_private_ips === true) return [];
    return [violation('host', `${host} hands out keys of the machine`, 'set `security.allow_private_ips`')];
  }
  return checkAddress(host, rules);
}

/** Nothing for a text that is no address. */
function checkAddress(text: string, rules: SecurityRules, host?: string): readonly SecurityViolation[] {
  const range = addressRange(text);
  if (range === undefined || range === 'public' || rules.allow_private_ips === true) return [];
  const local = range === 'loopback';
  if (local && rules.allow_localhost === true) return [];
  const what = host === undefined ? text : `${host} stands for ${text}, which`;
  const key = local ? 'allow_localhost' : 'allow_private_ips';
  return [violation('address', `${what} is a ${range} address`, `set \`security.${key}\``)];
}

function isLocalName(host: string): boolean {
  return localNames.has(host) || host.endsWith('.localhost');
}

function isExempt(host: string, { allowed_hostnames: allowed = [] }: SecurityRules): boolean {
  return allowed.some((name) => canonicalHost(name) === host);
}

function canonicalHost(name: string): string | undefined {
  const url = URL.parse(`http://${name.includes(':') && !name.startsWith('[') ? `[${name}]` : name}`);
  return url === null ? undefined : hostOf(url);
}

/** `example.com.` is `example.com`. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/\.+$/u, '');
}

function exemption(host: string): string {
  return `name ${host} in \`security.allowed_hostnames\``;
}

function violation(rule: SecurityViolation['rule'], detail: string, remedy: string): SecurityViolation {
  return { rule, detail, remedy };
}
