/**
 * References to environment variables, `${NAME}`, in the keys that may have them: `api_key`, addresses, and
 * `command`, `args`, `env` and `headers` of servers. Loading keeps them as written; they are replaced when something is started.
 */
import type { ConfigPath } from './config-path.ts';
import { variableReference } from './secrets.ts';

/** Variables by name, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface Substitution<T> {
  readonly value: T;
  /** Names that are not set, each once; their references are left as written. */
  readonly missing: readonly string[];
}

export interface VariableUse {
  readonly path: ConfigPath;
  readonly name: string;
}

/** A config, agent, backend or server with the values of the variables put in. An empty variable counts as set. */
export function substituteVariables<T>(part: T, environment: Environment): Substitution<T> {
  const missing = new Set<string>();
  const replace = (text: string): string =>
    text.replace(variableReference, (reference, name: string) => {
      const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
      if (value === undefined) missing.add(name);
      return value ?? reference;
    });
  const value = mapReferring(part, [], false, replace) as T;
  return { value, missing: [...missing] };
}

/** All references of a written or normalised part, in order. */
export function variableUses(part: unknown): readonly VariableUse[] {
  const uses: VariableUse[] = [];
  mapReferring(part, [], false, (text, path) => {
    for (const [, name] of text.matchAll(variableReference))
      if (name !== undefined) uses.push({ path, name });
    return text;
  });
  return uses;
}

const referringKeys = new Set([
  'api_key',
  'base_url',
  'azure_endpoint',
  'url',
  'command',
  'args',
  'env',
  'headers',
]);
/** Parts in which keys of these names mean something else. */
const otherParts = new Set(['turns', 'security', 'extra_body']);

function mapReferring(
  value: unknown,
  path: ConfigPath,
  refers: boolean,
  change: (text: string, path: ConfigPath) => string,
): unknown {
  if (typeof value === 'string') return refers ? change(value, path) : value;
  if (Array.isArray(value)) {
    return value.map((item, index) => mapReferring(item, [...path, index], refers, change));
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]: [string, unknown]) => {
    const inside = refers || referringKeys.has(key);
    return [key, otherParts.has(key) ? item : mapReferring(item, [...path, key], inside, change)];
  });
  return Object.fromEntries(entries) as unknown;
}
