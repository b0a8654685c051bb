/**
 * Feeds the protocol. Inputs are taken one at a time: decide, journal, wait until it is durable, then act. So
 * nothing is ever done or shown that a crash could make untrue, and every state is a fold of the journal.
 */
import type { DurableEvent } from '../events/run-event.ts';
import type { EventRecorder } from '../journal/event-recorder.ts';
import { next } from '../protocol/next.ts';
import type { ProtocolCommand, Reply } from '../protocol/protocol-command.ts';
import type { ProtocolInput } from '../protocol/protocol-input.ts';
import type { ProtocolState } from '../protocol/protocol-state.ts';

export interface DispatcherOptions {
  readonly initial: ProtocolState;
  readonly recorder: Pick<EventRecorder, 'append' | 'nextSeq'>;
  /** Runs after the events of a step are durable and before its commands; the next input waits for it. */
  readonly settle: (events: readonly DurableEvent[]) => Promise<void>;
  /** Starts carrying out a command; must not wait for it. */
  readonly carryOut: (command: ProtocolCommand) => void;
  /**
   * A step could not be made durable or settled. Nothing is taken after it: whoever caused it may be an agent that
   * goes on as if a tool had failed, while the commands of the step are lost.
   */
  readonly failed: (error: unknown) => void;
}

export interface Dispatcher {
  readonly state: ProtocolState;
  /** Resolves with what the causing agent is told once everything of the step is durable. */
  dispatch(input: ProtocolInput): Promise<Reply | undefined>;
  /** No further input is taken; what is under way is finished. */
  close(): Promise<void>;
}

export function createDispatcher(options: DispatcherOptions): Dispatcher {
  let state = options.initial;
  let closed = false;
  let last: Promise<unknown> = Promise.resolve();

  async function take(input: ProtocolInput): Promise<Reply | undefined> {
    if (closed) return { type: 'over' };
    try {
      const step = next(state, input, options.recorder.nextSeq);
      const { events, durable } = options.recorder.append(step.events);
      state = step.state;
      await durable;
      await options.settle(events);
      for (const command of step.commands) options.carryOut(command);
      return step.reply;
    } catch (error) {
      closed = true;
      options.failed(error);
      throw error;
    }
  }

  return {
    get state() {
      return state;
    },
    dispatch(input) {
      // A step that failed has rejected to whoever caused it; those behind it are told that all is over.
      const result = last.then(
        () => take(input),
        () => take(input),
      );
      last = result;
      return result;
    },
    async close() {
      closed = true;
      await Promise.allSettled([last]);
    },
  };
}
