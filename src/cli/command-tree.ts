/**
 * All commands and flags: names, help and which file carries them out. The files are imported when their command
 * is called. Everything listed here works.
 */
import { Argument, Command, CommanderError, InvalidArgumentError } from 'commander';
import { addChangeCommands } from './add-change-commands.ts';
import { addMcpCommands } from './add-mcp-commands.ts';
import { command, mcpDebugOption, outputOption } from './command-parts.ts';
import { parseDuration } from '../logging/parse-duration.ts';
import type { RunFlags } from './run-flags.ts';
import type { PruneFlags } from './runs-prune-command.ts';

const backends = [
  'chatcompletion',
  'claude',
  'gemini',
  'grok',
  'openai',
  'azure_openai',
  'claude_code',
  'zai',
  'lmstudio',
  'ollama',
  'vllm',
];

export function createCommandTree(exit: (status: number) => void): Command {
  const program = new Command('massgen')
    .description('A team of AI agents answers one question, votes, and the winner presents.')
    .argument('[question]', 'without one, a conversation begins')
    .option('--config <path>', 'the team: a YAML or JSON file, or @examples/NAME')
    .option('--backend <type>', 'one agent, no file: openai, claude, gemini, chatcompletion …', backendType)
    .option('--model <name>', 'model of that agent')
    .option('--base-url <url>', 'address of its server')
    .option('--system-message <text>', 'its role')
    .addOption(outputOption())
    .option('--orchestrator-timeout <s>', 'seconds for the coordination', seconds)
    .option('--seed <number>', 'makes aliases and orders repeatable', wholeNumber)
    .option('--isolate-workspaces', 'work in the run directory, not in `cwd`')
    .option('--no-display', 'simple output')
    .option('--no-logs', 'only the journal, no text files')
    .option('--debug', 'full detail in massgen_debug.log and in the logs of MCP servers')
    .addOption(mcpDebugOption())
    .option('--version', 'print the version')
    .helpOption('--help', 'print this help')
    .helpCommand(false)
    .addHelpText(
      'after',
      `
Without --config: ./massgen.yaml, then your config folder, then a team of the keys that are set.
Ctrl-C once finishes with what exists, twice stops now; \`massgen runs resume last\` goes on.`,
    )
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .hook('preSubcommand', (parent, called) => {
      // Behind the command it would be taken, before it nobody would read it.
      const early = parent.options.find(
        (option) => parent.getOptionValueSource(option.attributeName()) === 'cli',
      );
      if (early === undefined) return;
      const message = `${early.long} stands before "${called.name()}"; flags of a command come behind it`;
      throw new CommanderError(2, 'massgen.order', message);
    })
    .action(async (question: string | undefined, flags: RunFlags & { version?: boolean }) => {
      if (flags.version === true) {
        const { readProgram } = await import('../runtime/program.ts');
        process.stdout.write(`${readProgram().version}\n`);
        return;
      }
      if (flags.config !== undefined && flags.backend !== undefined) {
        throw new CommanderError(2, 'massgen.conflict', '--config and --backend exclude each other');
      }
      const { runCommand } = await import('./run-command.ts');
      exit(await runCommand(question, flags));
    });

  command(program, 'demo', 'three scripted agents report on a folder')
    .argument('[folder]', 'what they report on; read only', '.')
    .addOption(outputOption())
    .option('--seed <number>', 'makes aliases and orders repeatable', wholeNumber)
    .option('--debug', 'full detail in massgen_debug.log')
    .addOption(mcpDebugOption())
    .action(async (folder: string, flags: RunFlags) => {
      const { demoCommand } = await import('./demo-command.ts');
      exit(await demoCommand(folder, flags));
    });

  const config = command(program, 'config', 'check and explain configs');
  command(config, 'check', 'check files: no network, no process, no workspace is touched')
    .argument('<file...>')
    .option('--strict', 'unknown keys are errors')
    .option('--env', 'missing keys and variables are errors')
    .action(async (files: readonly string[], flags: { strict?: boolean; env?: boolean }) => {
      const { configCheckCommand } = await import('./config-check-command.ts');
      exit(await configCheckCommand(files, flags));
    });
  command(config, 'show', 'print a config with every default filled in, secrets masked')
    .argument('<file>')
    .option('--resolved', 'the form the program uses (the default and only form)', true)
    .action(async (file: string) => {
      const { configShowCommand } = await import('./config-show-command.ts');
      exit(await configShowCommand(file));
    });
  command(config, 'schema', 'print the JSON Schema, for editors').action(async () => {
    const { configSchemaCommand } = await import('./config-schema-command.ts');
    exit(await configSchemaCommand());
  });
  command(config, 'explain', 'explain a key, such as agents.backend.cwd')
    .argument('<key>')
    .action(async (key: string) => {
      const { configExplainCommand } = await import('./config-explain-command.ts');
      exit(await configExplainCommand(key));
    });

  const runs = command(
    program,
    'runs',
    'list runs, take them up again, make their changes in your files, remove them',
  );
  command(runs, 'list', 'the runs in massgen_logs, newest first')
    .addOption(outputOption('text', 'json'))
    .action(async (flags: { output: 'text' | 'json' }) => {
      const { runsListCommand } = await import('./runs-list-command.ts');
      exit(await runsListCommand(flags));
    });
  command(runs, 'resume', 'take up a run that ended without its result')
    .addArgument(new Argument('<run>', 'its id, as `runs list` shows it, or `last`'))
    .addOption(outputOption())
    .option('--orchestrator-timeout <s>', 'seconds for the coordination', seconds)
    .option('--debug', 'full detail in massgen_debug.log')
    .addOption(mcpDebugOption())
    .action(async (run: string, flags: RunFlags) => {
      const { runsResumeCommand } = await import('./runs-resume-command.ts');
      exit(await runsResumeCommand(run, flags));
    });

  command(runs, 'prune', 'remove old runs, and what only they needed of the store')
    .option('--keep <n>', 'the newest n runs stay', wholeNumber)
    .option('--older-than <age>', 'younger runs stay: 30d, 12h', age)
    .option('--interrupted', 'also runs that could still be taken up')
    .option('--waiting', 'also runs whose changes of your files still wait')
    .option('--dry-run', 'only say what would be removed')
    .addOption(outputOption('text', 'json'))
    .action(async ({ olderThan, ...flags }: Omit<PruneFlags, 'olderThanMs'> & { olderThan?: number }) => {
      const { runsPruneCommand } = await import('./runs-prune-command.ts');
      exit(
        await runsPruneCommand({ ...flags, ...(olderThan === undefined ? {} : { olderThanMs: olderThan }) }),
      );
    });
  command(runs, 'verify', 'check everything that is stored against its checksums')
    .addOption(outputOption('text', 'json'))
    .action(async (flags: { output: 'text' | 'json' }) => {
      const { runsVerifyCommand } = await import('./runs-verify-command.ts');
      exit(await runsVerifyCommand(flags));
    });
  addChangeCommands(runs, exit);

  addMcpCommands(program, exit);

  const workspace = command(program, 'workspace', 'directories that agents work in');
  command(workspace, 'list', 'workspaces, their state and size, and their archives')
    .addOption(outputOption('text', 'json'))
    .action(async (flags: { output: 'text' | 'json' }) => {
      const { workspaceListCommand } = await import('./workspace-list-command.ts');
      exit(await workspaceListCommand(flags));
    });
  command(workspace, 'restore', 'put the content of an archive back; what is there now is archived')
    .argument('<directory>')
    .argument('[archive]', 'its name, as `workspace list` shows it; the newest if absent')
    .action(async (directory: string, archive: string | undefined) => {
      const { workspaceRestoreCommand } = await import('./workspace-restore-command.ts');
      exit(await workspaceRestoreCommand(directory, archive));
    });
  command(workspace, 'adopt', 'allow an existing directory to be used as a workspace')
    .argument('<directory>')
    .action(async (directory: string) => {
      const { workspaceAdoptCommand } = await import('./workspace-adopt-command.ts');
      exit(await workspaceAdoptCommand(directory));
    });
  return program;
}

/** All types of v0.0.15 and local servers are known; those that cannot run yet are refused with their own error later. */
function backendType(text: string): string {
  const type = text.toLowerCase();
  if (backends.includes(type)) return type;
  throw new InvalidArgumentError(`It must be one of ${backends.join(', ')}.`);
}

/** As many seconds as a timer can hold, the same as in a config. */
function seconds(text: string): number {
  const value = Number(text);
  if (value > 0 && value <= 2_000_000) return value;
  throw new InvalidArgumentError('It must be a number above 0 and at most 2000000.');
}

/** In milliseconds; a bare number would be taken for days by one and for seconds by another. */
function age(text: string): number {
  const value = /[a-z]$/iu.test(text.trim()) ? parseDuration(text) : undefined;
  if (value !== undefined) return value;
  throw new InvalidArgumentError('It must be a number with a unit: 30d, 12h, 90m.');
}

function wholeNumber(text: string): number {
  if (/^\d+$/u.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
  throw new InvalidArgumentError('It must be a whole number.');
}
