/**
 * Watches one run from the command line: output in the wanted form, the ladder of Ctrl-C, the exit status. The
 * first Ctrl-C finishes with what exists, the second stops now; both leave a run that can be taken up again.
 */
import { isAbsolute, relative } from 'node:path';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createNdjsonDisplay } from '../display/ndjson-display.ts';
import { createPlainDisplay } from '../display/plain-display.ts';
import { cliErrors } from '../errors/cli-errors.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { runErrors } from '../errors/run-errors.ts';
import { readFile } from 'node:fs/promises';
import type { ProtocolState } from '../protocol/protocol-state.ts';
import type { RunHandle, SinkFactory } from '../runtime/run-options.ts';
import type { OutputForm } from './run-flags.ts';
import { printError } from './print-error.ts';
import { terminalOutput } from './terminal-output.ts';

/** Sinks for the wanted form of output. */
export function outputSinks(form: OutputForm, cwd: string): readonly SinkFactory[] {
  switch (form) {
    case 'text':
      return [
        ({ directory, redact }) => {
          const output = terminalOutput(process.stdout);
          return createPlainDisplay({
            output: { ...output, write: (text) => output.write(redact(text)) },
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

export interface WatchResult {
  readonly status: number;
  /** The final answer, when there is one. */
  readonly answer?: string;
}

/** Resolves when the run has ended, however it did. */
export async function watchRun(handle: RunHandle, form: OutputForm): Promise<WatchResult> {
  const release = onInterrupt(handle, form !== 'text');
  try {
    const state = await handle.finished;
    if (form === 'json') process.stdout.write(await readFile(handle.directory.resultFile, 'utf8'));
    return { status: statusOf(state, form, handle.id), ...answerOf(state) };
  } catch (error) {
    return { status: printError(withRun(error, handle.id), form !== 'text') };
  } finally {
    release();
  }
}

function answerOf(state: ProtocolState): { readonly answer?: string } {
  const text = state.presentation?.finished?.text;
  return text === undefined ? {} : { answer: text };
}

function statusOf(state: ProtocolState, form: OutputForm, run: string): number {
  const { outcome, error } = state;
  const definition = Object.values(runErrors).find(({ code }) => code === error?.code);
  if (outcome === 'answered' || outcome === undefined) return 0;
  if (form !== 'text') {
    process.stderr.write(
      `${JSON.stringify({ error: { code: error?.code, message: error?.message, hint: error?.hint?.replaceAll('RUN', run) } })}\n`,
    );
  }
  return definition !== undefined && 'exitCode' in definition ? definition.exitCode : 6;
}

function withRun(error: unknown, run: string): unknown {
  if (!MassGenError.isInstance(error)) return error;
  const { code, message, hint, exitCode } = error;
  return new MassGenError(
    { code: code as `MG${number}`, title: message, hint: hint.replaceAll('RUN', run), exitCode },
    { cause: error },
  );
}

/** Returns the function that gives the signals back. */
function onInterrupt(handle: RunHandle, quiet: boolean): () => void {
  let asked = false;
  const stop = (exitCode: number, why: string): void => {
    handle.abort(new MassGenError({ ...cliErrors.interrupted, exitCode }, { detail: why }));
  };
  const onInt = (): void => {
    if (asked) {
      stop(130, 'by a second Ctrl-C');
      return;
    }
    asked = true;
    if (!quiet) process.stderr.write('\nFinishing with what exists. Ctrl-C again stops now.\n');
    handle.stop();
  };
  const onTerm = (): void => stop(143, 'by SIGTERM');
  const onHup = (): void => stop(129, 'because the terminal is gone');
  const onClosed = (error: NodeJS.ErrnoException): void => {
    if (error.code !== 'EPIPE') throw error;
    handle.abort(new MassGenError(cliErrors.outputClosed));
  };
  process.on('SIGINT', onInt);
  process.on('SIGTERM', onTerm);
  process.on('SIGHUP', onHup);
  process.stdout.on('error', onClosed);
  return () => {
    process.off('SIGINT', onInt);
    process.off('SIGTERM', onTerm);
    process.off('SIGHUP', onHup);
    process.stdout.off('error', onClosed);
  };
}
