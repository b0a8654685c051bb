/**
 * The command line from its arguments to its exit status. Nothing heavy is imported before it is known to be
 * needed; whatever is thrown ends here as one message with a code and what to do next.
 */
import { CommanderError } from 'commander';
import { everyServer } from './command-parts.ts';
import { createCommandTree } from './command-tree.ts';
import { outputProblem } from './output-problem.ts';
import { printError } from './print-error.ts';

/** Runs one command line and returns the exit status. */
export async function main(argv: readonly string[]): Promise<number> {
  let status = 0;
  const tree = createCommandTree((code) => {
    status = code;
  });
  // Without a listener a closed pipe would be a crash. Where stderr itself is gone, nobody can be told.
  process.stderr.on('error', () => undefined);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // A run listens too, because it has to be stopped.
    if (error.code === 'EPIPE' || process.stdout.listenerCount('error') > 1) return;
    status = printError(outputProblem(error, 'Check the place it goes to.'), wantsJson(argv));
    process.exitCode = status;
  });
  try {
    await tree.parseAsync(withoutBareFlags(argv), { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    // A group was named without a command; its help is on stderr already.
    if (error instanceof CommanderError && error.code === 'commander.help') return 2;
    return printError(error, wantsJson(argv));
  }
}

/** A bare `--mcp-debug` would take the question behind it for names of servers. */
function withoutBareFlags(argv: readonly string[]): string[] {
  const end = argv.indexOf('--');
  return argv.map((word, index) =>
    word === '--mcp-debug' && (end === -1 || index < end) ? `--mcp-debug=${everyServer}` : word,
  );
}

/** Known before parsing, because the line may be one that cannot be parsed. */
function wantsJson(argv: readonly string[]): boolean {
  return argv.some(
    (word, index) =>
      /^--output=(?:stream-)?json$/u.test(word) ||
      (word === '--output' && (argv[index + 1] ?? '').endsWith('json')),
  );
}
