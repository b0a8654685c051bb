/** `massgen mcp test-server`: serves the test server over stdio until its input ends, or over HTTP until it is stopped. */
import { once } from 'node:events';
import { cliErrors } from '../errors/cli-errors.ts';
import { errorMessage } from '../errors/error-message.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { serveTestServerOverHttp } from '../mcp/serve-test-server-http.ts';
import { serveTestServer } from '../mcp/test-server.ts';
import { readProgram } from '../runtime/program.ts';
import { systemClock } from '../runtime/system-clock.ts';

export async function mcpTestServerCommand(port: number | undefined): Promise<number> {
  const { version } = readProgram();
  const now = (): number => systemClock.now();
  if (port !== undefined) return serveOverHttp(version, now, port);
  if (process.stdin.isTTY)
    process.stderr.write(
      'An MCP server on stdin and stdout, for `command: massgen`, `args: [mcp, test-server]`.\n',
    );
  await serveTestServer(version, now);
  return 0;
}

async function serveOverHttp(version: string, now: () => number, port: number): Promise<number> {
  const server = await serveTestServerOverHttp(version, now, port).catch((cause: unknown) => {
    throw new MassGenError(cliErrors.portTaken, { detail: errorMessage(cause), cause });
  });
  process.stdout.write(`An MCP server at ${server.url}, until Ctrl-C.\n`);
  await Promise.race(['SIGINT', 'SIGTERM'].map((signal) => once(process, signal)));
  await server.close();
  return 0;
}
