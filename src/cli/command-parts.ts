/** Pieces that the commands of the tree are made of. */
import { InvalidArgumentError, Option, type Command } from 'commander';

export function command(parent: Command, name: string, description: string): Command {
  return parent
    .command(name)
    .description(description)
    .helpOption('--help', 'print this help')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ outputError: () => undefined });
}

export function outputOption(...choices: readonly string[]): Option {
  const forms = choices.length === 0 ? ['text', 'json', 'stream-json'] : choices;
  return new Option('--output <form>', 'what is printed').choices(forms).default('text');
}

/** Alone it means all servers; names follow an equals sign only, because a question may follow. */
export function mcpDebugOption(): Option {
  return new Option('--mcp-debug [=servers]', 'show what MCP servers do, and log all of it').argParser(
    (text: string): true | readonly string[] => (text === everyServer ? true : words(text)),
  );
}

/** What the bare flag is turned into before parsing. */
export const everyServer = '*';

export function words(text: string): readonly string[] {
  const all = text.split(',').map((word) => word.trim());
  if (all.every((word) => word !== '')) return all;
  throw new InvalidArgumentError('It must be names with commas between them.');
}
