/** Watches runs from the command line, one after the other: output in the wanted form, signals, the exit status. */
import { readFile } from 'node:fs/promises';
import { MassGenError } from '../errors/massgen-error.ts';
import type { EventError } from '../events/run-event.ts';
import type { ProtocolState } from '../protocol/protocol-state.ts';
import type { RunHandle, SinkFactory } from '../runtime/run-options.ts';
import { systemClock } from '../runtime/system-clock.ts';
import { exitStatus } from './exit-status.ts';
import { createInterruptLadder } from './interrupt-ladder.ts';
import { outputSinks } from './output-sinks.ts';
import { printError } from './print-error.ts';
import type { OutputForm } from './run-flags.ts';

export interface WatchResult {
  readonly status: number;
  /** The final answer, when there is one. */
  readonly answer?: string;
  /** True when whoever uses the command wants it to end, not only this run. */
  readonly stoppedNow: boolean;
}

export interface RunWatcher {
  /** To be given to the run that is watched. */
  readonly sinks: readonly SinkFactory[];
  /** Resolves when the run has ended, however it did. */
  watch(run: RunHandle): Promise<WatchResult>;
}

type Failure = EventError & { readonly agent: string };

export function createRunWatcher(form: OutputForm, cwd: string): RunWatcher {
  let failures: Failure[] = [];
  const collectFailures: SinkFactory = () => {
    failures = [];
    return {
      event(event) {
        if (event.type === 'agent.retired') failures.push({ agent: event.agent, ...event.error });
      },
      close: () => Promise.resolve(),
    };
  };

  return {
    sinks: [...outputSinks(form, cwd), collectFailures],
    async watch(run) {
      const ladder = createInterruptLadder(
        run,
        (text) => {
          if (form === 'text') process.stderr.write(text);
        },
        systemClock,
      );
      try {
        const state = await run.finished;
        if (form === 'json') process.stdout.write(await readFile(run.directory.resultFile, 'utf8'));
        if (form !== 'text' && state.error !== undefined) printFailure(state.error, run.id, failures);
        const status = exitStatus(state, failures);
        return { status, ...answerOf(state), stoppedNow: ladder.stoppedNow };
      } catch (error) {
        return {
          status: printError(namingRun(error, run.id), form !== 'text'),
          stoppedNow: ladder.stoppedNow,
        };
      } finally {
        ladder.release();
      }
    },
  };
}

function answerOf(state: ProtocolState): { readonly answer?: string } {
  const text = state.presentation?.finished?.text;
  return text === undefined ? {} : { answer: text };
}

/** The failure of a run as programs get it; people have seen it in the display. */
function printFailure(error: EventError, run: string, failures: readonly Failure[]): void {
  const { code, message, hint = '' } = error;
  const data = failures.length === 0 ? {} : { failures };
  printError(
    namingRun(new MassGenError({ code: code as `MG${number}`, title: message, hint }, { data }), run),
    true,
  );
}

/** Hints speak of RUN where the table cannot know which. */
function namingRun(error: unknown, run: string): unknown {
  if (!MassGenError.isInstance(error)) return error;
  const { code, message, hint, exitCode, data } = error;
  return new MassGenError(
    { code: code as `MG${number}`, title: message, hint: hint.replaceAll('RUN', run), exitCode },
    { cause: error, data },
  );
}
