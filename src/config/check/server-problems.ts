/** Keys of MCP servers that have no effect for the way the server is reached. */
import type { ConfigProblem } from '../config-problem.ts';
import { writtenAgents, writtenServers } from './written-agents.ts';

const forAddress = ['headers', 'timeout', 'http_read_timeout'];
const forProgram = ['env', 'cwd'];

export function serverProblems(root: unknown): readonly ConfigProblem[] {
  return writtenAgents(root)
    .flatMap(({ value, path }) => writtenServers(value['backend'], [...path, 'backend']))
    .flatMap(({ value, path }) => {
      const has = (key: string): boolean => (value[key] ?? null) !== null;
      const started = has('command') || has('args');
      if (has('url') === started) return [];
      return (started ? forAddress : forProgram).filter(has).map((key): ConfigProblem => {
        const message = `\`${key}\` has no effect on a server with a \`${started ? 'command' : 'url'}\``;
        return { severity: 'warning', definition: 'ignoredKey', message, path: [...path, key], onKey: true };
      });
    });
}
