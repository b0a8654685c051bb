/**
 * What ends a run from outside: the first Ctrl-C finishes with what exists, the second stops now; so do SIGTERM, a
 * terminal that is gone and output that cannot be written. After each of them the run can be taken up again.
 */
import { cliErrors } from '../errors/cli-errors.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import type { Clock } from '../events/clock.ts';
import type { RunHandle } from '../runtime/run-options.ts';
import { outputProblem } from './output-problem.ts';

export interface InterruptLadder {
  /** True once the run was told to stop now. */
  readonly stoppedNow: boolean;
  /** Gives the signals back. */
  release(): void;
}

/**
 * Two SIGINTs closer than this are one press: a terminal, a launcher and a `timeout` may each send theirs.
 */
const onePressMs = 300;

/** `say` is called with what people should know, on the first Ctrl-C. */
export function createInterruptLadder(
  run: Pick<RunHandle, 'stop' | 'abort'>,
  say: (text: string) => void,
  clock: Pick<Clock, 'monotonic'>,
): InterruptLadder {
  let askedAt: number | undefined;
  let stoppedNow = false;
  const stopNow = (reason: MassGenError): void => {
    stoppedNow = true;
    run.abort(reason);
  };
  const stopBy = (exitCode: number, why: string) => (): void =>
    stopNow(new MassGenError({ ...cliErrors.interrupted, exitCode }, { detail: why }));
  const stopBySecond = stopBy(130, 'by a second Ctrl-C');
  const onInterrupt = (): void => {
    if (askedAt !== undefined) {
      if (clock.monotonic() - askedAt >= onePressMs) stopBySecond();
      return;
    }
    askedAt = clock.monotonic();
    say('\nFinishing with what exists. Ctrl-C again stops now.\n');
    run.stop();
  };
  const onTerminate = stopBy(143, 'by SIGTERM');
  const onHangUp = stopBy(129, 'because the terminal is gone');
  const onOutput = (error: NodeJS.ErrnoException): void => stopNow(outputProblem(error));

  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', onTerminate);
  process.on('SIGHUP', onHangUp);
  process.stdout.on('error', onOutput);
  return {
    get stoppedNow() {
      return stoppedNow;
    },
    release() {
      process.off('SIGINT', onInterrupt);
      process.off('SIGTERM', onTerminate);
      process.off('SIGHUP', onHangUp);
      process.stdout.off('error', onOutput);
    },
  };
}
