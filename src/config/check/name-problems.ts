/** Names that collide. Upper and lower case count as the same: some file systems do not tell them apart. */
import type { ConfigProblem } from '../config-problem.ts';
import { writtenAgents, writtenServers, type Written } from './written-agents.ts';

export function nameProblems(root: unknown): readonly ConfigProblem[] {
  const agents = writtenAgents(root);
  return [
    ...collisions(agents, 'agent id', 'duplicateAgentId'),
    ...agents.flatMap((agent) => twoNames(agent, 'id')),
    ...agents.flatMap(({ value, path }) => {
      const servers = writtenServers(value['backend'], [...path, 'backend']);
      return [
        ...collisions(servers, 'server name', 'duplicateServer'),
        ...servers.flatMap((server) => twoNames(server, 'name')),
      ];
    }),
  ];
}

function collisions(
  parts: readonly Written[],
  noun: string,
  definition: 'duplicateAgentId' | 'duplicateServer',
): ConfigProblem[] {
  const seen = new Map<string, string>();
  return parts.flatMap(({ name, namePath, namedByKey }): ConfigProblem[] => {
    if (name === undefined) return [];
    const folded = name.normalize('NFC').toLowerCase();
    const earlier = seen.get(folded);
    if (earlier === undefined) {
      seen.set(folded, name);
      return [];
    }
    const message =
      earlier === name
        ? `the ${noun} ${JSON.stringify(name)} is used twice`
        : `the ${noun}s ${JSON.stringify(earlier)} and ${JSON.stringify(name)} differ only in case`;
    return [{ severity: 'error', definition, message, path: namePath, onKey: namedByKey }];
  });
}

/** In the map form the key is the name; a second, other name inside cannot be meant. */
function twoNames({ value, name, path, namedByKey }: Written, key: 'id' | 'name'): ConfigProblem[] {
  if (!namedByKey || value[key] === undefined || value[key] === null || value[key] === name) return [];
  const message = `the key ${JSON.stringify(name)} and the \`${key}\` in it differ`;
  return [{ severity: 'error', definition: 'contradictoryKeys', message, path: [...path, key] }];
}
