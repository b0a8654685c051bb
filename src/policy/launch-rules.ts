/** The rules of `security` for programs to start: which ones, and that the line does not bring its own code. */
import { inlineCode } from './inline-code.ts';
import { programName } from './program-name.ts';
import { levelOf, type SecurityLevel, type SecurityRules, type SecurityViolation } from './secured-server.ts';

const strict: readonly string[] = [
  ...'python python3 py uv uvx pipx pip pip3'.split(' '),
  ...Array.from({ length: 7 }, (_, minor) => `python3.${minor + 8}`),
  ...'node npm npx yarn pnpm bun deno java ruby go rust cargo'.split(' '),
  ...'sh bash zsh fish powershell pwsh cmd'.split(' '),
  // Our own test server.
  'massgen',
];

/** As in v0.0.15. */
const programsOf: Readonly<Record<SecurityLevel, ReadonlySet<string>>> = {
  strict: new Set(strict),
  moderate: new Set([...strict, 'git', 'nodejs']),
  permissive: new Set([...strict, 'git', 'nodejs', 'curl', 'wget']),
};

/** Characters that mean something to a shell. Nothing here runs in one; a program named so is not what was meant. */
const oddCharacters = /[&|;`$()<>\p{Cc}]/u;

export function checkLaunch(
  command: string,
  args: readonly string[],
  rules: SecurityRules,
): readonly SecurityViolation[] {
  const found: SecurityViolation[] = [];
  const shown = shorten(command);
  if (command.trim() === '' || command.length > 1_000 || oddCharacters.test(command)) {
    found.push({
      rule: 'command',
      detail: `\`command\` is no plain name of a program: ${shown}`,
      remedy: 'write only the program there, and what it is given in `args`',
    });
  }
  if (command.split(/[/\\]/u).includes('..')) {
    found.push({
      rule: 'command',
      detail: `\`command\` has .. in its path: ${shown}`,
      remedy: 'write the path without ..',
    });
  }
  if (!mayStart(command, rules)) {
    found.push({
      rule: 'executable',
      detail: `the program ${shorten(programName(command))} is not on the list`,
      remedy: `name it in \`security.allowed_executables\`, which replaces the list of the level`,
    });
  }
  const code = levelOf(rules) === 'strict' ? inlineCode(command, args) : undefined;
  if (code !== undefined)
    found.push({
      rule: 'inline_code',
      detail: code,
      remedy: 'set `security.level: moderate`, or start a file or package',
    });
  return found;
}

/** An entry of `allowed_executables` with a path means exactly that path. */
function mayStart(command: string, rules: SecurityRules): boolean {
  const name = programName(command);
  const own = rules.allowed_executables;
  if (own === undefined) return programsOf[levelOf(rules)].has(name);
  return own.some((entry) => (/[/\\]/u.test(entry) ? entry === command : programName(entry) === name));
}

function shorten(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
