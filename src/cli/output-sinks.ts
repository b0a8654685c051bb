/** What shows a run in the wanted form of output. */
import { existsSync } from 'node:fs';
import { isAbsolute, join, relative } from 'node:path';
import { createNdjsonDisplay } from '../display/ndjson-display.ts';
import { createPlainDisplay } from '../display/plain-display.ts';
import type { SinkFactory } from '../runtime/run-options.ts';
import type { OutputForm } from './run-flags.ts';
import { terminalOutput } from './terminal-output.ts';

/** Paths below `cwd` are shown relative to it. */
export function outputSinks(form: OutputForm, cwd: string): readonly SinkFactory[] {
  switch (form) {
    case 'text':
      return [
        ({ directory, journaled, redact }) => {
          return createPlainDisplay({
            output: terminalOutput(process.stdout),
            redact,
            journaled,
            shortPath: (path) => shortPath(path, cwd),
            finalFiles: (agent) => {
              const files = join(directory.final(agent), 'workspace');
              return existsSync(files) ? files : undefined;
            },
          });
        },
      ];
    case 'stream-json':
      return [({ redact }) => createNdjsonDisplay((line) => void process.stdout.write(line), redact)];
    case 'json':
      return [];
    default:
      return form satisfies never;
  }
}

function shortPath(path: string, cwd: string): string {
  const way = relative(cwd, path);
  return way === '' || way.startsWith('..') || isAbsolute(way) ? path : way;
}
