/** What the rules of `security` are asked about, and what they say. */

/** The map `security` of a server. */
export interface SecurityRules {
  readonly level?: SecurityLevel | undefined;
  readonly allow_localhost?: boolean | undefined;
  readonly allow_private_ips?: boolean | undefined;
  readonly resolve_dns?: boolean | undefined;
  readonly allowed_hostnames?: readonly string[] | undefined;
  readonly allowed_executables?: readonly string[] | undefined;
  readonly env?: VariableRules | undefined;
}

export interface VariableRules {
  readonly level?: SecurityLevel | undefined;
  readonly mode?: 'denylist' | 'allowlist' | undefined;
  readonly allowed_vars?: readonly string[] | undefined;
  readonly denied_vars?: readonly string[] | undefined;
}

export type SecurityLevel = 'strict' | 'moderate' | 'permissive';

/** A server as its config names it, references filled in. */
export type SecuredServer =
  | {
      readonly type: 'stdio';
      readonly command: string;
      readonly args: readonly string[];
      /** Only what the config sets, not what is inherited. */
      readonly env: Readonly<Record<string, string>>;
      readonly cwd?: string | undefined;
    }
  | { readonly type: 'streamable-http'; readonly url: string };

export interface SecurityViolation {
  readonly rule:
    | 'command'
    | 'executable'
    | 'inline_code'
    | 'variable'
    | 'cwd'
    | 'url'
    | 'port'
    | 'host'
    | 'address'
    | 'lookup';
  /** What is wrong. Never holds the value of a variable, an argument or a password. */
  readonly detail: string;
  /** What to change in the config. */
  readonly remedy: string;
}

/** As in v0.0.15: a map without a level is strict. */
export function levelOf(rules: SecurityRules): SecurityLevel {
  return rules.level ?? 'strict';
}
