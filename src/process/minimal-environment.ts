/**
 * The environment children start from: what programs need to find their way, and none of our keys. Everything
 * else a child gets must be named for it in the config.
 */
const inherited: ReadonlySet<string> = new Set([
  'HOME',
  'LANG',
  'LOGNAME',
  'PATH',
  'SHELL',
  'TERM',
  'TMPDIR',
  'TZ',
  'USER',
  // Without these nothing can be downloaded from behind a proxy or where certificates are a firm's own.
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_DIR',
  'SSL_CERT_FILE',
]);
const proxies: ReadonlySet<string> = new Set(['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY']);

export function minimalEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined) continue;
    // A proxy with a password in its address is a secret like any other.
    const isProxy = proxies.has(name.toUpperCase()) && !value.includes('@');
    if (inherited.has(name) || name.startsWith('LC_') || isProxy) kept[name] = value;
  }
  return kept;
}
