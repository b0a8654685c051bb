/** `massgen mcp test-server`: serves the test server over stdio until its input ends. */
import { serveTestServer } from '../mcp/test-server.ts';
import { readProgram } from '../runtime/program.ts';
import { systemClock } from '../runtime/system-clock.ts';

export async function mcpTestServerCommand(): Promise<number> {
  if (process.stdin.isTTY)
    process.stderr.write(
      'An MCP server on stdin and stdout, for `command: massgen`, `args: [mcp, test-server]`.\n',
    );
  await serveTestServer(readProgram().version, () => systemClock.now());
  return 0;
}
