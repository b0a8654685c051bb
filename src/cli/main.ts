/**
 * The command line from its arguments to its exit status. Nothing heavy is imported before it is known to be
 * needed; whatever is thrown ends here as one message with a code and what to do next.
 */
import { CommanderError } from 'commander';
import { createCommandTree } from './command-tree.ts';
import { printError } from './print-error.ts';

/** Runs one command line and returns the exit status. */
export async function main(argv: readonly string[]): Promise<number> {
  let status = 0;
  const tree = createCommandTree((code) => {
    status = code;
  });
  try {
    await tree.parseAsync([...argv], { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    return printError(error, wantsJson(argv));
  }
}

/** Known before parsing, because the line may be one that cannot be parsed. */
function wantsJson(argv: readonly string[]): boolean {
  return argv.some(
    (word, index) => /^--output=(?:stream-)?json$/u.test(word) || (word === '--output' && /json$/u.test(argv[index + 1] ?? '')),
  );
}
