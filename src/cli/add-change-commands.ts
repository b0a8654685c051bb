/** The commands below `runs` that are about files of the user. */
import type { Command } from 'commander';
import { command, outputOption } from './command-parts.ts';

type Output = 'text' | 'json';

const runArgument = ['[run]', 'its id, or `last` (the default)'] as const;
const folderArgument = [
  '[directory]',
  'the folder that gets the files of the answer; without it: writable context paths',
] as const;

export function addChangeCommands(runs: Command, exit: (status: number) => void): void {
  command(runs, 'diff', 'what a run would change in your files')
    .argument(...runArgument)
    .argument(...folderArgument)
    .addOption(outputOption('text', 'json'))
    .action(async (run: string | undefined, directory: string | undefined, flags: { output: Output }) => {
      const { runsDiffCommand } = await import('./runs-diff-command.ts');
      exit(await runsDiffCommand(run, directory, flags));
    });
  command(runs, 'apply', 'make those changes, but for what you changed meanwhile')
    .argument(...runArgument)
    .argument(...folderArgument)
    .option('--force', 'overwrite what was changed meanwhile')
    .addOption(outputOption('text', 'json'))
    .action(
      async (
        run: string | undefined,
        directory: string | undefined,
        flags: { output: Output; force?: boolean },
      ) => {
        const { runsApplyCommand } = await import('./runs-apply-command.ts');
        exit(await runsApplyCommand(run, directory, flags));
      },
    );
  command(runs, 'undo', 'put back what was changed last for a run')
    .argument(...runArgument)
    .addOption(outputOption('text', 'json'))
    .action(async (run: string | undefined, flags: { output: Output }) => {
      const { runsUndoCommand } = await import('./runs-undo-command.ts');
      exit(await runsUndoCommand(run, flags));
    });
}
