/**
 * A team under the rules of coordination, for tests: holds state and journal as the coordinator does, and after
 * every step compares the live state with a fold of what was written, so that no test passes on a state that a
 * resume would not find.
 */
import { expect } from 'vitest';
import type { AttemptReason, DurableEventBody, EventError } from '../events/run-event.ts';
import { foldEvents } from './evolve.ts';
import { next } from './next.ts';
import type { ProtocolCommand } from './protocol-command.ts';
import type { ProtocolConfig } from './protocol-config.ts';
import type { ProtocolInput } from './protocol-input.ts';
import { initialState, type AgentState, type ProtocolState } from './protocol-state.ts';
import type { Step } from './step.ts';

export type Written = DurableEventBody & { readonly seq: number };

export const broken: EventError = { code: 'MG1709', message: 'The agent failed: connection lost' };

export type RigOptions = Partial<Omit<ProtocolConfig, 'agents'>> & { readonly ids?: readonly string[] };

/** Aliases run against the order of registration, so no test can confuse the two. */
export function configOf(options: RigOptions = {}): ProtocolConfig {
  const { ids = ['writer', 'critic', 'editor'], ...rest } = options;
  return {
    agents: ids.map((id, index) => ({ id, alias: `agent${ids.length - index}` })),
    onNewAnswer: 'inject',
    maxNewAnswersPerAgent: 5,
    finalAnswerStrategy: 'winner_present',
    finalTurnRequired: false,
    ...rest,
  };
}

export class ProtocolRig {
  readonly config: ProtocolConfig;
  state: ProtocolState;
  journal: Written[] = [];
  last: Step = { state: initialState(configOf()), events: [], commands: [] };
  #texts = 0;

  constructor(options: RigOptions = {}) {
    this.config = configOf(options);
    this.state = initialState(this.config);
  }

  /** A run that has begun: each agent works on its first turn. */
  static started(options: RigOptions = {}): ProtocolRig {
    const rig = new ProtocolRig(options);
    rig.feed({ type: 'start' });
    return rig;
  }

  feed(input: ProtocolInput): Step {
    const first = this.journal.length + 1;
    const step = next(this.state, input, first);
    const stored = JSON.parse(JSON.stringify(step.events)) as DurableEventBody[];
    this.journal.push(...stored.map((event, index) => ({ ...event, seq: first + index })));
    this.state = step.state;
    this.last = step;
    expect(foldEvents(this.config, this.journal)).toStrictEqual(this.state);
    return step;
  }

  /** The program dies with only the first `kept` events written, and is started again. */
  crash(kept: number): Step {
    this.journal = this.journal.slice(0, kept);
    this.state = foldEvents(this.config, this.journal);
    return this.resume();
  }

  resume(): Step {
    return this.feed({ type: 'resume', after: this.journal.length, program: '0.0.0-test' });
  }

  answer(agent: string, text?: string): Step {
    this.#texts += 1;
    const words = text ?? `text ${this.#texts}`;
    return this.feed({
      type: 'answer',
      agent,
      turn: this.turn(agent),
      text: words,
      comparable: words.trim(),
    });
  }

  /** Votes for the latest answer of `author` that exists, whoever was shown it. */
  vote(agent: string, author: string): Step {
    return this.voteFor(agent, this.label(author));
  }

  voteFor(agent: string, target: string): Step {
    return this.feed({ type: 'vote', agent, turn: this.turn(agent), target, reason: `because ${target}` });
  }

  reject(agent: string, reason: AttemptReason, text?: string): Step {
    const turn = this.turn(agent);
    return this.feed({
      type: 'response.rejected',
      agent,
      turn,
      reason,
      ...(text === undefined ? {} : { text }),
    });
  }

  endAttempt(agent: string): Step {
    return this.feed({ type: 'attempt.ended', agent, turn: this.turn(agent) });
  }

  fail(agent: string, fatal = false): Step {
    return this.feed({ type: 'turn.failed', agent, turn: this.turn(agent), error: broken, fatal });
  }

  endBackoff(agent: string): Step {
    return this.feed({ type: 'backoff.ended', agent });
  }

  /** Three failures in a row, with the pauses between them. */
  retire(agent: string): Step {
    this.fail(agent);
    this.endBackoff(agent);
    this.fail(agent);
    this.endBackoff(agent);
    return this.fail(agent);
  }

  safePoint(agent: string): Step {
    return this.feed({ type: 'safe_point', agent, turn: this.turn(agent) });
  }

  turnLimit(agent: string, limit: 'turn_soft' | 'turn_hard'): Step {
    return this.feed({ type: 'turn.limit', agent, turn: this.turn(agent), limit });
  }

  limit(limit: 'orchestrator_timeout' | 'presentation_timeout' | 'user_stop'): Step {
    return this.feed({ type: 'limit', limit });
  }

  present(text: string, more: { readonly snapshot?: string; readonly error?: EventError } = {}): Step {
    const agent = this.state.agents[this.state.presentation?.agent ?? -1]?.id ?? '';
    return this.feed({ type: 'presentation.ended', agent, turn: this.turn(agent), text, ...more });
  }

  written(): Step {
    return this.feed({ type: 'final.written' });
  }

  agent(id: string): AgentState {
    const found = this.state.agents.find((agent) => agent.id === id);
    if (found === undefined) throw new Error(`no agent ${id} in this test`);
    return found;
  }

  turn(id: string): number {
    return this.agent(id).turn;
  }

  mode(id: string): string {
    return this.agent(id).mode;
  }

  alias(id: string): string {
    return this.agent(id).alias;
  }

  /** What peers call the latest answer of `author`. */
  label(author: string): string {
    const { alias, answers } = this.agent(author);
    return `${alias}.${answers}`;
  }

  /** `seq` of the newest answer. */
  newest(): number {
    return this.state.answers.at(-1)?.seq ?? 0;
  }

  /** Types of the events of the last step, in order. */
  types(): readonly string[] {
    return this.last.events.map((event) => event.type);
  }

  commands<T extends ProtocolCommand['type']>(type: T): readonly Extract<ProtocolCommand, { type: T }>[] {
    return this.last.commands.filter(
      (command): command is Extract<ProtocolCommand, { type: T }> => command.type === type,
    );
  }

  /** All events of a type so far. */
  all<T extends DurableEventBody['type']>(type: T): readonly Extract<Written, { type: T }>[] {
    return this.journal.filter((event): event is Extract<Written, { type: T }> => event.type === type);
  }
}
