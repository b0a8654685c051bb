/** How one call of a server's tool ended. */
import type { CallOutcome } from '../events/call-outcome.ts';
import type { EventError, ServedCall } from '../events/run-event.ts';
import type { ToolContent } from '../events/tool-content.ts';

export interface ServerCallResult {
  readonly outcome: CallOutcome;
  /** What the server gave back; without an answer of its own, the reason in words. */
  readonly content: readonly ToolContent[];
  readonly error?: EventError;
  /** How it was carried there; absent in what a single connection says. */
  readonly served?: ServedCall;
}
