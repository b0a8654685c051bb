/** The name by which the rules know a program: `C:\Tools\NPX.CMD` is `npx`. */
export function programName(command: string): string {
  const base = command.split(/[/\\]/u).at(-1) ?? '';
  return base.toLowerCase().replace(/\.(?:exe|bat|cmd|ps1)$/u, '');
}
