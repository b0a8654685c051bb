/**
 * `massgen runs diff`: what the end of a run would change in files of the user, as a unified diff that `patch` and
 * `git apply` take; what they cannot take stands in lines with a `#`.
 */
import { styleText } from 'node:util';
import { escapeUnseen } from '../logging/redacted-json.ts';
import { visibleText } from '../display/visible-text.ts';
import type { ProposedChange } from '../runtime/describe-changes.ts';
import { namedRun } from './named-run.ts';
import { openRuntime } from './open-runtime.ts';
import { terminalOutput } from './terminal-output.ts';

export async function runsDiffCommand(
  first: string | undefined,
  second: string | undefined,
  flags: { readonly output: 'text' | 'json' },
): Promise<number> {
  const runtime = openRuntime();
  const { run, directory } = await namedRun(runtime, first, second);
  const found = await runtime.changesOf(run, directory === undefined ? {} : { directory });
  if (flags.output === 'json') {
    process.stdout.write(`${escapeUnseen(JSON.stringify(found, undefined, 2))}\n`);
    return 0;
  }
  const output = terminalOutput(process.stdout);
  for (const { path, changes } of found.places) {
    output.write(`# ${visibleText(path)}${changes.length === 0 ? ': nothing left to change' : ''}\n`);
    for (const change of changes) {
      const text = changeText(change);
      // A file of a patch has every character; a terminal only those that cannot do harm.
      output.write(output.interactive ? painted(visibleText(text), output.color) : text);
    }
  }
  return 0;
}

/** Exported for tests. */
export function changeText(change: ProposedChange): string {
  const { path, state, reason } = change;
  const text = proposedText(change);
  if (state === 'pending') return text;
  // Whoever gives all of it to `patch` must not overwrite, or get, what `massgen runs apply` would not make.
  return `# ${state}: ${note(path)}: ${reason ?? ''}\n${text.replaceAll(/^(?!# |$)/gmu, '# ')}`;
}

function proposedText({ path, kind, diff, link, executable }: ProposedChange): string {
  const lines: string[] = [];
  if (path.endsWith('/')) lines.push(`# ${kind}: folder ${note(path)}`);
  if (link !== undefined) {
    const now = link.from === undefined ? '' : `, now to ${note(link.from)}`;
    lines.push(`# ${kind}: link ${note(path)}${link.to === undefined ? '' : ` to ${note(link.to)}`}${now}`);
  }
  if (executable !== undefined)
    lines.push(`# ${note(path)} ${executable ? 'becomes' : 'is no longer'} executable`);
  if (diff === undefined) return lines.map((line) => `${line}\n`).join('');
  const [from, to] = [headerName(`a/${path}`), headerName(`b/${path}`)];
  switch (diff.type) {
    case 'text':
      if (diff.hunks !== '' || kind !== 'modified') {
        lines.push(
          `--- ${kind === 'added' ? '/dev/null' : from}`,
          `+++ ${kind === 'deleted' ? '/dev/null' : to}`,
        );
      }
      if (diff.hunks === '' && kind !== 'modified') lines.push(`# ${kind}: empty file ${note(path)}`);
      break;
    case 'binary':
      lines.push(`Binary files ${note(`a/${path}`)} and ${note(`b/${path}`)} differ`);
      break;
    case 'large':
      lines.push(`# ${kind}: ${note(path)}, too large or too different to be shown`);
      break;
    default:
      diff satisfies never;
  }
  return lines.map((line) => `${line}\n`).join('') + (diff.type === 'text' ? diff.hunks : '');
}

/** Where a name holds a space, a tab behind it says where it ends. */
function headerName(name: string): string {
  const quoted = quotedName(name);
  return quoted === name && name.includes(' ') ? `${name}\t` : quoted;
}

const unplain = /[\u0000-\u001F"\\\u007F]/gu;

/** As git and patch write names that hold anything but plain characters. */
function quotedName(name: string): string {
  const escaped = name.replaceAll(unplain, (character) =>
    character === '"' || character === '\\'
      ? `\\${character}`
      : `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`,
  );
  return escaped === name ? name : `"${escaped}"`;
}

function note(name: string): string {
  return quotedName(name);
}

function painted(text: string, color: boolean): string {
  if (!color) return text;
  return text.replaceAll(/^(?:[-+@#].*)$/gmu, (line) => {
    const style = line.startsWith('+')
      ? 'green'
      : line.startsWith('-')
        ? 'red'
        : line.startsWith('@')
          ? 'cyan'
          : 'yellow';
    return styleText(style, line, { validateStream: false });
  });
}
