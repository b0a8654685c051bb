/** Diagnostics as text for people: where, what, the line with a mark under it, and what to do. */
import type { ConfigDiagnostic } from './config-diagnostic.ts';

/** One block a diagnostic; ends in a line end, or is empty. Uses no colours. */
export function renderDiagnostics(diagnostics: readonly ConfigDiagnostic[]): string {
  return diagnostics.map((diagnostic) => `${render(diagnostic).join('\n')}\n`).join('');
}

function render(diagnostic: ConfigDiagnostic): string[] {
  const { severity, code, message, hint, file, line, column, keyPath, excerpt } = diagnostic;
  const place = [file, line, column].filter((part) => part !== undefined).join(':');
  const head = [
    place === '' ? '' : `${place}: `,
    severity,
    ' ',
    code,
    keyPath === undefined ? '' : ` ${keyPath}`,
  ];
  const lines = [printable(`${head.join('')}: ${message}`)];
  if (excerpt !== undefined && line !== undefined && excerpt.text.trim() !== '') {
    const gutter = String(line).padStart(5);
    const indent = excerpt.text.slice(0, excerpt.start).replace(/[^\t]/g, ' ');
    lines.push(`${gutter} | ${excerpt.text}`);
    lines.push(`${' '.repeat(gutter.length)} | ${indent}${'^'.repeat(excerpt.length)}`);
  }
  if (hint !== undefined) lines.push(`      = ${printable(hint)}`);
  return lines;
}

/** Nothing from a config can steer the terminal. */
function printable(text: string): string {
  return text.replace(/\p{C}/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}
