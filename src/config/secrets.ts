/**
 * Where secrets stand in a config, and what a secret looks like. Rather too much than too little: what is named
 * here is never printed.
 */
import type { ConfigPath } from './config-path.ts';

/** A reference to an environment variable, as in `${TOKEN}`. */
export const variableReference = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

const shapes = [
  /\b(?:sk|pk|rk)[-_][A-Za-z0-9_-]{8,}/,
  /\bgh[pousr]_[A-Za-z0-9]{16,}/,
  /\bgithub_pat_\w{20,}/,
  /\bglpat-[\w-]{16,}/,
  /\bxox[abeoprs]-[\w-]{8,}/,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/,
  /\bAIza[\w-]{30,}/,
  /\b(?:xai|gsk|csk|nvapi|hf|ntn|secret|tvly|fw|r8)[-_][A-Za-z0-9_-]{16,}/,
  /\beyJ[\w-]{8,}\.[\w-]{8,}/,
  /\b[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}/,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  // An address with a password, a parameter of an address, and an argument of a program.
  /\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s/@:]*:[^\s/@]+@/i,
  /[?&][\w-]{0,40}(?:key|token|secret|password|auth|signature)[\w-]{0,40}=[^&\s]+/i,
  /(?:^|\s)--?[\w-]{0,40}(?:key|token|secret|password|passwd|auth)[\w-]{0,40}(?:=|\s+)(?!-)\S+/i,
];
const secretName =
  /(?:^|[^a-z])(?:key|token|secret|password|passwd|pass|pwd|credential|auth|authorization|cookie|bearer)s?(?:$|[^a-z])/i;

/** Whether a text has the shape of a key, token, or address with a password. References are none. */
export function looksSecret(text: string): boolean {
  const own = text.replace(variableReference, '');
  return shapes.some((shape) => shape.test(own));
}

/** Whether something of this name holds a secret, as `GITHUB_TOKEN`, `apiKey` or `--api-key` do. */
export function namesSecret(name: string): boolean {
  return secretName.test(name.replace(/([a-z])([A-Z])/g, '$1_$2').replace(/^apikey$/i, 'api_key'));
}

/** Whether a text holds more than references and the name of a scheme, as in `Bearer ${TOKEN}`. */
export function isLiteral(text: string): boolean {
  const own = text.replace(variableReference, '').trim();
  return own !== '' && (own === text.trim() || !/^(?:bearer|basic|token)$/i.test(own));
}

/** A value that may be a secret. */
export interface SecretPlace {
  readonly path: ConfigPath;
  readonly text: string;
  readonly holder: 'api_key' | 'env' | 'headers' | 'args' | 'other';
}

/**
 * Every value of a written or normalised config that may be a secret: what stands under `api_key`, `env` and
 * `headers` whatever it is, arguments that follow a flag such as `--token`, what has a name such as `token`, and what
 * looks like a secret.
 */
export function secretPlaces(value: unknown, path: ConfigPath = []): SecretPlace[] {
  if (typeof value === 'string') return looksSecret(value) ? [place(value, path, 'other')] : [];
  if (Array.isArray(value)) return value.flatMap((item, index) => secretPlaces(item, [...path, index]));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]): SecretPlace[] => {
    const here = [...path, key];
    if (key === 'api_key') return [place(item, here, key)];
    if (key === 'headers' || (key === 'env' && path.at(-1) !== 'security')) return valuesOf(item, here, key);
    if ((key === 'args' || key === 'command') && Array.isArray(item)) return secretArgs(item, here);
    if (typeof item === 'string' && namesSecret(key)) return [place(item, here, 'other')];
    return secretPlaces(item, here);
  });
}

function place(value: unknown, path: ConfigPath, holder: SecretPlace['holder']): SecretPlace {
  return { path, text: typeof value === 'string' ? value : (JSON.stringify(value) ?? ''), holder };
}

function valuesOf(value: unknown, path: ConfigPath, holder: SecretPlace['holder']): SecretPlace[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return [place(value, path, holder)];
  return Object.entries(value).map(([key, item]) => place(item, [...path, key], holder));
}

function secretArgs(args: readonly unknown[], path: ConfigPath): SecretPlace[] {
  return args.flatMap((arg, index): SecretPlace[] => {
    const found = place(arg, [...path, index], 'args');
    const before: unknown = args[index - 1];
    const follows = typeof before === 'string' && /^-[^=]*$/.test(before) && namesSecret(before);
    return (follows && !found.text.startsWith('-')) || looksSecret(found.text) ? [found] : [];
  });
}
