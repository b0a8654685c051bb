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
]);

export function minimalEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && (inherited.has(name) || name.startsWith('LC_'))) kept[name] = value;
  }
  return kept;
}
