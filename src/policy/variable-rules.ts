/**
 * The rules of `security` for environment variables. What the config sets against them refuses the server; what would
 * only be inherited is left out. The lists of the levels are about what the config sets: a program that inherits no
 * PATH would not start at all.
 */
import { levelOf, type SecurityRules, type SecurityViolation } from './secured-server.ts';

/** These make programs load code, or find other programs than meant. */
const dangerous = new RegExp(
  `^(?:${[
    'LD_\\w+',
    'DYLD_\\w+',
    'PYTHON(?:PATH|HOME|STARTUP|INSPECT)',
    'NODE_(?:OPTIONS|PATH|EXTRA_CA_CERTS|TLS_REJECT_UNAUTHORIZED|REPL_EXTERNAL_MODULE)',
    'NPM_CONFIG_(?:NODE_OPTIONS|SCRIPT_SHELL)',
    'BASH_ENV',
    'SHELLOPTS',
    'PROMPT_COMMAND',
    'PERL5(?:OPT|LIB|DB)',
    'RUBY(?:OPT|LIB)',
    'JAVA_TOOL_OPTIONS',
    '_JAVA_OPTIONS',
    'JDK_JAVA_OPTIONS',
    'GIT_\\w*COMMAND',
    'GIT_(?:ASKPASS|EXTERNAL_DIFF|EXEC_PATH|CONFIG\\w*)',
    'PWD',
    'OLDPWD',
  ].join('|')})$`,
  'u',
);
/** In the strict level a server is also not told another home or another place of programs. */
const personal: ReadonlySet<string> = new Set(['PATH', 'HOME', 'USER', 'USERNAME', 'SHELL']);

export function checkVariables(
  set: Readonly<Record<string, string>>,
  rules: SecurityRules,
): readonly SecurityViolation[] {
  return Object.keys(set).flatMap((name) => {
    const remedy = refusedByList(name, rules) ?? refusedByLevel(name, rules);
    if (remedy === undefined) return [];
    return [{ rule: 'variable' as const, detail: `the variable ${name} may not be set`, remedy }];
  });
}

/** What is left of the inherited variables. PATH stays in `allowlist` mode, or nothing could be started. */
export function inheritedVariables(
  inherited: Readonly<Record<string, string>>,
  rules: SecurityRules,
): Record<string, string> {
  const exempt = rules.env?.mode === 'allowlist' ? 'PATH' : undefined;
  const kept = Object.entries(inherited).filter(
    ([name]) => name === exempt || refusedByList(name, rules) === undefined,
  );
  return Object.fromEntries(kept);
}

/** The lists of the config itself; the names count as written. Undefined, or how to allow it. */
function refusedByList(name: string, { env = {} }: SecurityRules): string | undefined {
  if (env.mode === 'allowlist')
    return env.allowed_vars?.includes(name) === true
      ? undefined
      : `name ${name} in \`security.env.allowed_vars\``;
  return env.denied_vars?.includes(name) === true
    ? `take ${name} out of \`security.env.denied_vars\``
    : undefined;
}

/** In `allowlist` mode the list alone decides. */
function refusedByLevel(name: string, rules: SecurityRules): string | undefined {
  if (rules.env?.mode === 'allowlist') return undefined;
  const level = rules.env?.level ?? levelOf(rules);
  const upper = name.toUpperCase();
  if (level !== 'permissive' && dangerous.test(upper))
    return `take ${name} out of \`env\`, or set \`security.env.level: permissive\``;
  if (level === 'strict' && personal.has(upper))
    return `take ${name} out of \`env\`, or set \`security.env.level: moderate\``;
  return undefined;
}
