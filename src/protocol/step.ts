/**
 * One step while it is being decided: events are applied as they are decided, so later rules of the same step
 * see them. Lives only inside one call of `next`, which stays pure from the outside.
 */
import type { DurableEventBody } from '../events/run-event.ts';
import { evolve } from './evolve.ts';
import type { ProtocolCommand, Reply } from './protocol-command.ts';
import type { ProtocolState } from './protocol-state.ts';

export interface Step {
  readonly state: ProtocolState;
  readonly events: readonly DurableEventBody[];
  readonly commands: readonly ProtocolCommand[];
  /** Told to the agent that caused the step; absent where nobody waits for one. */
  readonly reply?: Reply;
}

export class StepBuilder {
  state: ProtocolState;
  readonly events: DurableEventBody[] = [];
  readonly commands: ProtocolCommand[] = [];
  reply: Reply | undefined;
  readonly #seq: number;

  constructor(state: ProtocolState, seq: number) {
    this.state = state;
    this.#seq = seq;
  }

  emit(event: DurableEventBody): void {
    this.state = evolve(this.state, event, this.#seq + this.events.length);
    this.events.push(event);
  }

  command(command: ProtocolCommand): void {
    this.commands.push(command);
  }

  done(): Step {
    return {
      state: this.state,
      events: this.events,
      commands: this.commands,
      ...(this.reply === undefined ? {} : { reply: this.reply }),
    };
  }
}
