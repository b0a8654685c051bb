/** A filesystem server that is picked for agents without a workspace: it would never be started, in silence. */
import type { ConfigPath } from '../config-path.ts';
import type { ConfigProblem } from '../config-problem.ts';
import { writtenAgents } from './written-agents.ts';
import { isMap } from './value-at.ts';

/** Their workspace is made for them. */
const withOwnWorkspace: readonly unknown[] = ['claude_code', 'acp'];

export function filesystemProblems(root: unknown): readonly ConfigProblem[] {
  if (!isMap(root)) return [];
  const agents = writtenAgents(root).flatMap(({ value, path }) => {
    const { backend } = value;
    return isMap(backend) ? [{ backend, path: [...path, 'backend'] }] : [];
  });
  const hasWorkspace = ({ backend }: (typeof agents)[number]): boolean =>
    (backend['cwd'] ?? null) !== null || withOwnWorkspace.includes(backend['type']);
  const unused = (path: ConfigPath, who: string): ConfigProblem => ({
    severity: 'warning',
    definition: 'ignoredKey',
    message: `\`filesystem.server\` has no effect: ${who} no workspace, which \`cwd\` of a backend names`,
    path: [...path, 'filesystem', 'server'],
    onKey: true,
  });
  const own = agents
    .filter((agent) => picksServer(agent.backend) && !hasWorkspace(agent))
    .map(({ path }) => unused(path, 'the agent has'));
  const isForNobody = picksServer(root) && agents.length > 0 && !agents.some(hasWorkspace);
  return [...own, ...(isForNobody ? [unused([], 'the agents have')] : [])];
}

function picksServer(section: Readonly<Record<string, unknown>>): boolean {
  const { filesystem } = section;
  return isMap(filesystem) && (filesystem['server'] ?? null) !== null;
}
