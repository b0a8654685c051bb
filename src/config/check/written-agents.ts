/** The agents and servers of a config as they are written, in whatever form, each with its path. */
import type { ConfigPath } from '../config-path.ts';
import { isMap } from './value-at.ts';

export interface Written {
  readonly path: ConfigPath;
  readonly value: Readonly<Record<string, unknown>>;
  /** The id of an agent, the name of a server; undefined where it has none or no proper one. */
  readonly name: string | undefined;
  /** Where the name stands: at a key, or as the value at `namePath`. */
  readonly namePath: ConfigPath;
  readonly namedByKey: boolean;
}

/** The agents of a config; those without an id have the default one. */
export function writtenAgents(root: unknown): readonly Written[] {
  if (!isMap(root)) return [];
  if (isMap(root['agent'])) return named([root['agent']], ['agent'], 'id').map((found) => unnamed(found, 0));
  return named(root['agents'], ['agents'], 'id').map(unnamed);
}

function unnamed(found: Written, index: number): Written {
  const single = found.path[0] === 'agent' ? { path: ['agent'], namePath: ['agent', 'id'] } : {};
  const name = found.value['id'] === undefined && !found.namedByKey ? `agent${index + 1}` : found.name;
  return { ...found, ...single, name };
}

/** The MCP servers of a backend that stands at `path`. */
export function writtenServers(backend: unknown, path: ConfigPath): readonly Written[] {
  return isMap(backend) ? named(backend['mcp_servers'], [...path, 'mcp_servers'], 'name') : [];
}

function named(parts: unknown, path: ConfigPath, nameKey: string): Written[] {
  if (Array.isArray(parts)) {
    return parts.flatMap((value: unknown, index) => {
      if (!isMap(value)) return [];
      const name = typeof value[nameKey] === 'string' ? value[nameKey] : undefined;
      const here = [...path, index];
      return [{ path: here, value, name, namePath: [...here, nameKey], namedByKey: false }];
    });
  }
  if (!isMap(parts)) return [];
  return Object.entries(parts).flatMap(([name, value]) => {
    const here = [...path, name];
    return isMap(value) ? [{ path: here, value, name, namePath: here, namedByKey: true }] : [];
  });
}
