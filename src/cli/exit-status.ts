/** The exit status of a run that has ended. */
import { errorTable } from '../errors/error-table.ts';
import { runErrors } from '../errors/run-errors.ts';
import type { EventError } from '../events/run-event.ts';
import type { ProtocolState } from '../protocol/protocol-state.ts';

const noAnswer = 6;
/** Credentials; provider or server unreachable. */
const sharedCauses: readonly number[] = [3, 4];

/**
 * `failures` is why agents left the run. When all of them did for want of a key, or because nothing could be
 * reached, the status says that.
 */
export function exitStatus(
  { outcome, error }: Pick<ProtocolState, 'outcome' | 'error'>,
  failures: readonly Pick<EventError, 'code'>[],
): number {
  if (outcome === 'answered') return 0;
  if (error?.code === runErrors.allAgentsFailed.code) {
    const [first, ...others] = failures.map(({ code }) => exitCodeOf(code));
    const shared = first !== undefined && others.every((status) => status === first);
    if (shared && sharedCauses.includes(first)) return first;
  }
  return exitCodeOf(error?.code) ?? noAnswer;
}

function exitCodeOf(code: string | undefined): number | undefined {
  return errorTable.find((row) => row.code === code)?.exitCode;
}
