/** What there is to say about one key, as text. */
import { backendTypes } from '../schema/backend-types.ts';
import type { KeyNode } from './key-node.ts';

export interface KeyFacts {
  /** As in `agents[].backend.mcp_servers[].env`; empty for the whole config. */
  readonly path: string;
  /** As in `text`, `list of text` or `true or false`. */
  readonly type: string;
  readonly required: boolean;
  readonly description: string;
  /** Absent where there is none. Where backends differ, each with its own. */
  readonly default?: string;
  /** Absent where any value of the type may do. */
  readonly allowed?: readonly string[];
  readonly example?: string;
  /** The types of backend that have the key; absent for keys that are not of backends, or of all. */
  readonly backends?: readonly string[];
}

export function keyFacts(node: KeyNode): KeyFacts {
  const byDefault = defaultText(node);
  const isOfBackend = /^agents?(\[\])?\.backend\.[^.[]+$/.test(node.path);
  const backends = isOfBackend && node.backends.size < backendTypes.length ? [...node.backends] : [];
  return {
    path: node.path,
    type: typeText(node),
    required: node.required && node.path !== '',
    description: node.description ?? '',
    ...(byDefault === undefined ? {} : { default: byDefault }),
    ...(node.allowed.size === 0 ? {} : { allowed: [...node.allowed] }),
    ...(node.example === undefined ? {} : { example: text(node.example) }),
    ...(backends.length === 0 ? {} : { backends }),
  };
}

function typeText(node: KeyNode): string {
  const kinds = [...node.kinds].map((kind) => {
    const items = kind === 'list' && node.item !== undefined ? [...node.item.kinds].join(' or ') : '';
    return items === '' ? kind : `list of ${items}`;
  });
  return kinds.join(', or ');
}

function defaultText(node: KeyNode): string | undefined {
  const groups = new Map<string, string[]>();
  for (const [backend, value] of node.defaults) {
    const shown = text(value);
    groups.set(shown, [...(groups.get(shown) ?? []), backend]);
  }
  if (groups.size === 0) return undefined;
  const [[only] = []] = groups;
  if (groups.size === 1 && only !== undefined && node.defaults.size >= Math.max(1, node.backends.size))
    return only;
  return [...groups].map(([shown, backends]) => `${shown} (${backends.join(', ')})`).join(', ');
}

function text(value: unknown): string {
  return typeof value === 'string' && value !== '' ? value : JSON.stringify(value);
}
