/** `massgen workspace list`: the directories agents work in, their state, their size, and what was moved to archives. */
import { plural } from '../display/describe-event.ts';
import { visibleText } from '../display/visible-text.ts';
import { escapeUnseen } from '../logging/redacted-json.ts';
import { describeBytes } from '../workspace/describe-sizes.ts';
import { openRuntime } from './open-runtime.ts';
import { terminalOutput } from './terminal-output.ts';
import { printWarning } from './print-warning.ts';

export async function workspaceListCommand(flags: { readonly output: 'text' | 'json' }): Promise<number> {
  const workspaces = await openRuntime().listWorkspaces(printWarning);
  if (flags.output === 'json') {
    process.stdout.write(`${escapeUnseen(JSON.stringify(workspaces, undefined, 2))}\n`);
    return 0;
  }
  const output = terminalOutput(process.stdout);
  if (workspaces.length === 0) output.write('No workspaces are registered in massgen_logs.\n');
  for (const { path, state, run, size, archives } of workspaces) {
    const by = run === undefined ? '' : state === 'held' ? ` by run ${run}` : `, last used by run ${run}`;
    const content = size === undefined ? '' : `, ${plural(size.files, 'file')}, ${describeBytes(size.bytes)}`;
    output.write(visibleText(`${path}\n  ${states[state]}${by}${content}\n`));
    for (const { name, size: archived } of archives) {
      const held =
        archived === undefined ? '' : `, ${plural(archived.files, 'file')}, ${describeBytes(archived.bytes)}`;
      output.write(visibleText(`  archive ${name}${held}\n`));
    }
  }
  return 0;
}

const states = {
  idle: 'idle',
  held: 'held',
  missing: 'missing',
  replaced: 'something else is there now',
} as const;
