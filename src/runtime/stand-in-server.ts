/**
 * Command lines that mean a server of ours: the program itself, wherever it is installed, and the Python module that
 * v0.0.15 shipped as its test server.
 */
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface StandIn {
  readonly command: string;
  readonly args: readonly string[];
  /** What a person should be told, where it is not what was asked for. */
  readonly notice?: string;
}

const program = fileURLToPath(new URL('../../bin/massgen.js', import.meta.url));
const pythonModule = 'massgen.tests.mcp_test_server';

/** What is started instead; undefined when the command line means what it says. */
export function standIn(command: string, args: readonly string[]): StandIn | undefined {
  if (command === 'massgen') return own(args);
  const isPython = /^(?:python[\d.]*|py)(?:\.exe)?$/u.test(basename(command));
  const module = args[args.indexOf('-m') + 1];
  if (!isPython || !args.includes('-m') || module !== pythonModule) return undefined;
  return {
    ...own(['mcp', 'test-server']),
    notice: `${pythonModule} is a part of MassGen in Python; \`massgen mcp test-server\`, with the same tools, is started instead`,
  };
}

function own(args: readonly string[]): StandIn {
  return { command: process.execPath, args: [program, ...args] };
}
