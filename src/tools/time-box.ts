/**
 * Runs synchronous work that may take for ever, such as the regular expression of a stranger, and ends it after a
 * while. This is time of the machine, not of the clock that is handed in: nothing else can interrupt a running
 * function.
 */
import { createContext, Script } from 'node:vm';

export type TimeBox = <T>(work: () => T) => T;

export class TookTooLong extends Error {
  constructor(ms: number, cause: unknown) {
    super(`it took longer than ${ms} ms`, { cause });
    this.name = 'TookTooLong';
  }
}

/** @throws what `work` throws, or `TookTooLong` when it was ended after `ms`. */
export function createTimeBox(ms: number): TimeBox {
  const script = new Script('work()');
  const place: { work?: () => unknown } = {};
  const context = createContext(place);
  return <T>(work: () => T): T => {
    let result: T | undefined;
    place.work = () => {
      result = work();
    };
    try {
      script.runInContext(context, { timeout: ms });
    } catch (error) {
      // Not an instance of our own Error: it was made in the other context.
      const { code } = (error ?? {}) as { readonly code?: unknown };
      if (code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw new TookTooLong(ms, error);
      throw error;
    } finally {
      delete place.work;
    }
    return result as T;
  };
}
