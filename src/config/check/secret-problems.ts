/** Secrets that are written in a config, each with what to write instead. The secret itself is not repeated. */
import type { ConfigProblem } from '../config-problem.ts';
import { providerOf } from '../provider-of.ts';
import { backendTypeOf } from '../schema/backend-config.ts';
import type { BackendType } from '../schema/backend-types.ts';
import { isLiteral, looksSecret, namesSecret, secretPlaces, type SecretPlace } from '../secrets.ts';
import { isMap, valueAt } from './value-at.ts';

/** What servers that need no key are usually given as one. */
const placeholders = ['empty', 'none', 'dummy', 'not-needed', 'lm-studio', 'ollama', 'local'];

export function secretProblems(root: unknown): readonly ConfigProblem[] {
  return secretPlaces(root)
    .filter((place) => isLiteral(place.text) && isTelling(place))
    .map((place) => ({
      severity: 'warning',
      definition: 'literalSecret',
      message: 'a secret is written here',
      hint: replacement(place, root),
      path: place.path,
    }));
}

function isTelling({ holder, path, text }: SecretPlace): boolean {
  if (holder === 'api_key') return !placeholders.includes(text.toLowerCase());
  if (holder === 'args' || holder === 'other') return true;
  return namesSecret(String(path.at(-1))) || looksSecret(text);
}

function replacement({ holder, path }: SecretPlace, root: unknown): string {
  const name = String(path.at(-1));
  if (holder === 'api_key') {
    return `Write \`api_key: \${${keyVariable(valueAt(root, path.slice(0, -1)))}}\` and set that variable.`;
  }
  if (holder === 'env') return `Write \`${name}: \${${name}}\` and set that variable.`;
  const server = serverName(path, root);
  const variable = `${server.replace(/[^A-Za-z0-9]+/g, '_').toUpperCase()}_TOKEN`;
  if (holder === 'headers') {
    const scheme = /^authorization$/i.test(name) ? 'Bearer ' : '';
    return `Write \`${name}: "${scheme}\${${variable}}"\` and set that variable.`;
  }
  return variableMayStand(path)
    ? `Write \`\${${variable}}\` in its place and set that variable.`
    : 'Move it into an environment variable; only keys of providers and servers can refer to one.';
}

function variableMayStand(path: SecretPlace['path']): boolean {
  return path
    .slice(-2)
    .some((part) => ['args', 'command', 'url', 'base_url', 'azure_endpoint'].includes(String(part)));
}

function keyVariable(backend: unknown): string {
  if (!isMap(backend)) return 'API_KEY';
  const written = backendTypeOf(backend);
  // Whatever stands there; what is no type at all is told by another check.
  const type = (typeof written === 'string' ? written : 'script') as BackendType;
  const text = (key: string): string | undefined => {
    const value = backend[key];
    return typeof value === 'string' ? value : undefined;
  };
  const provider = providerOf({ type, base_url: text('base_url'), azure_endpoint: text('azure_endpoint') });
  return provider?.keyVariables[0] ?? 'API_KEY';
}

/** The server a path lies in, by its key or its `name`; a general word outside of servers. */
function serverName(path: SecretPlace['path'], root: unknown): string {
  const at = path.indexOf('mcp_servers');
  const part = at < 0 ? undefined : path[at + 1];
  if (typeof part === 'string') return part;
  const name = at < 0 ? undefined : valueAt(root, [...path.slice(0, at + 2), 'name']);
  return typeof name === 'string' ? name : 'SERVER';
}
