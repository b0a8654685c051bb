/** A copy of a config that can be shown: secrets are `***`, references such as `${TOKEN}` stay readable. */
import type { ConfigPath } from './config-path.ts';
import { isLiteral, secretPlaces, variableReference } from './secrets.ts';

export function maskConfig<T>(config: T): T {
  const masked = new Map(
    secretPlaces(config)
      .filter(({ text }) => isLiteral(text))
      .map(({ path, text }) => [JSON.stringify(path), maskText(text)]),
  );
  const copy = (value: unknown, path: ConfigPath): unknown => {
    const mask = masked.get(JSON.stringify(path));
    if (mask !== undefined) return mask;
    if (Array.isArray(value)) return value.map((item, index) => copy(item, [...path, index]));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copy(item, [...path, key])]));
  };
  return copy(config, []) as T;
}

function maskText(text: string): string {
  const references = [...text.matchAll(variableReference)].map(([reference]) => reference);
  return ['***', ...references].join('');
}
