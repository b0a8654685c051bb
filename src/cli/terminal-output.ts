/** The output of the process for people: what it can show is asked once; a closed pipe is told to whoever cares. */
import type { TextOutput } from '../display/text-output.ts';

export function terminalOutput(stream: NodeJS.WriteStream): TextOutput {
  const interactive = stream.isTTY && process.env['TERM'] !== 'dumb';
  const plain = (process.env['NO_COLOR'] ?? '') !== '';
  const forced = !['', '0', 'false'].includes(process.env['FORCE_COLOR'] ?? '');
  return {
    write: (text) => void stream.write(text),
    color: !plain && (forced || (interactive && stream.hasColors())),
    interactive,
    columns: () => (stream.isTTY ? stream.columns : undefined),
  };
}
