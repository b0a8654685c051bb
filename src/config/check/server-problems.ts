/** Keys of MCP servers that have no effect for the way the server is reached. */
import type { ConfigProblem } from '../config-problem.ts';
import { writtenAgents, writtenServers } from './written-agents.ts';

const forAddress = ['headers', 'timeout', 'http_read_timeout'];
const forProgram = ['env', 'cwd'];

export function serverProblems(root: unknown): readonly ConfigProblem[] {
  return writtenAgents(root)
    .flatMap(({ value, path }) => writtenServers(value['backend'], [...path, 'backend']))
    .flatMap(({ value, path }) => {
      const called = value['url'] !== undefined;
      return (called ? forProgram : forAddress)
        .filter((key) => value[key] !== undefined)
        .map((key): ConfigProblem => {
          const message = `\`${key}\` has no effect on a server with ${called ? 'a `url`' : 'a `command`'}`;
          return {
            severity: 'warning',
            definition: 'ignoredKey',
            message,
            path: [...path, key],
            onKey: true,
          };
        });
    });
}
