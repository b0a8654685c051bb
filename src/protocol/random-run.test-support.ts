/**
 * A whole run played by chance: agents that answer, vote, err, fail, hang, and report late or twice, with limits
 * and crashes in between. What happens is read off a tape of numbers; when the tape is over, all agents behave in
 * one given way, so that every run must come to its end.
 */
import { isDeepStrictEqual } from 'node:util';
import type { AttemptReason } from '../events/run-event.ts';
import { CheckedRun, type Running } from './checked-run.test-support.ts';
import { foldEvents } from './evolve.ts';
import { peerView } from './peer-view.ts';
import type { ProtocolConfig } from './protocol-config.ts';
import type { ProtocolInput } from './protocol-input.ts';
import { broken, type Written } from './protocol-rig.test-support.ts';

/** How all agents go on when the tape is over. */
export type Manner = 'vote' | 'mute' | 'fail' | 'answer' | 'hang';

export interface Script {
  readonly config: ProtocolConfig;
  readonly tape: readonly number[];
  readonly manner: Manner;
  /** Crashes, and resumes after the end, that may happen at most. */
  readonly crashes: number;
}

const reasons: readonly AttemptReason[] = [
  'several_votes',
  'several_answers',
  'vote_and_answer',
  'unknown_answer',
  'duplicate_answer',
];

export class RandomRun extends CheckedRun {
  readonly #tape: readonly number[];
  readonly #manner: Manner;
  #at = 0;
  #crashes: number;
  #texts = 0;

  constructor(script: Script, journal: readonly Written[] = []) {
    super(script.config, journal);
    this.#tape = script.tape;
    this.#manner = script.manner;
    this.#crashes = script.crashes;
  }

  /** Plays until the run is over and the tape asks for no resume. Throws when a rule is broken or it never ends. */
  play(): this {
    this.feed(this.journal.length === 0 ? { type: 'start' } : this.#resumption());
    const most = this.#tape.length + 4_000;
    while (!this.ended || this.#wantsResume()) {
      if (this.inputs > most) throw new Error(`does not end within ${most} inputs`);
      if (this.ended) this.#crash(this.journal.length);
      else if (this.#at < this.#tape.length) this.#chance();
      else this.#calm();
    }
    if (!isDeepStrictEqual(foldEvents(this.config, this.journal), this.state)) {
      throw new Error('the whole journal does not fold to the last state');
    }
    return this;
  }

  #pick(size: number): number {
    const number = this.#tape[this.#at] ?? 0;
    this.#at += 1;
    return size < 1 ? 0 : number % size;
  }

  #text(): string {
    this.#texts += 1;
    return `text ${this.#texts} after ${this.journal.length}`;
  }

  #answer(agent: string, turn: number, text: string): ProtocolInput {
    return { type: 'answer', agent, turn, text, comparable: text };
  }

  /** A label the agent may vote for; with nothing shown, any alias. */
  #target(agent: string): string {
    const index = this.state.agents.findIndex(({ id }) => id === agent);
    const view = peerView(this.state, index, this.state.agents[index]?.shown ?? 0);
    const answer = view[this.#pick(view.length)];
    if (answer !== undefined) return this.#pick(5) === 0 ? answer.alias : answer.label;
    return `agent${1 + this.#pick(this.config.agents.length)}.1`;
  }

  #wrongTarget(): string {
    const any = this.state.answers[this.#pick(this.state.answers.length)];
    const alias = any === undefined ? 'agent1' : (this.config.agents[any.author]?.alias ?? '');
    return [any?.label ?? 'agent1.1', `${alias}.${any?.number ?? 1}`, `${alias}.99`, 'agent0', ''][
      this.#pick(5)
    ] as string;
  }

  #ofTurn(agent: string, turn: number): ProtocolInput {
    const of = { agent, turn };
    const kind = this.#pick(27);
    if (kind < 7) return this.#answer(agent, turn, this.#text());
    if (kind < 14) return { type: 'vote', ...of, target: this.#target(agent), reason: 'better' };
    if (kind < 15) return { type: 'vote', ...of, target: this.#wrongTarget(), reason: 'guessed' };
    if (kind < 17) {
      const copied = this.state.answers[this.#pick(this.state.answers.length)];
      return this.#answer(agent, turn, copied?.comparable ?? '');
    }
    if (kind < 18) return { type: 'attempt.ended', ...of };
    if (kind < 20) {
      const reason = reasons[this.#pick(reasons.length)] ?? 'several_votes';
      const text = reason.endsWith('answer') || reason.endsWith('answers') ? { text: 'refused' } : {};
      return { type: 'response.rejected', ...of, reason, ...text };
    }
    if (kind < 23) return { type: 'safe_point', ...of };
    if (kind < 25) return { type: 'turn.failed', ...of, error: broken, fatal: this.#pick(6) === 0 };
    return { type: 'turn.limit', ...of, limit: kind === 25 ? 'turn_soft' : 'turn_hard' };
  }

  #chance(): void {
    const { phase } = this.state;
    const kind = this.#pick(40);
    if (kind < 3) this.#late();
    else if (kind < 4) this.feed(this.fed[this.#pick(this.fed.length)] ?? { type: 'start' });
    else if (kind < 5) this.#stray();
    else if (kind < 6 && this.#pick(4) === 0) {
      const limits = ['orchestrator_timeout', 'presentation_timeout', 'user_stop'] as const;
      this.feed({ type: 'limit', limit: limits[this.#pick(3)] ?? 'user_stop' });
    } else if (kind < 7 && this.#crashes > 0) {
      this.#crash(this.journal.length - this.#pick(this.lastStep + 1));
    } else if (phase === 'presenting') this.#presentationChance();
    else if (kind < 13 && this.pausing.size > 0) {
      this.feed({ type: 'backoff.ended', agent: [...this.pausing][this.#pick(this.pausing.size)] ?? '' });
    } else this.#workChance();
  }

  #workChance(): void {
    const [agent, running] = [...this.running][this.#pick(this.running.size)] ?? [];
    if (agent === undefined || running === undefined) {
      this.#calm();
    } else if (running.hangs) {
      this.feed({ type: 'turn.limit', agent, turn: running.turn, limit: 'turn_hard' });
    } else if (this.#pick(25) === 0) {
      running.hangs = true;
    } else {
      this.feed(this.#ofTurn(agent, running.turn));
    }
  }

  #late(): void {
    const past = this.past[this.#pick(this.past.length)];
    if (past === undefined) return;
    this.feed(this.#ofTurn(past.agent, past.turn));
    this.feed({ type: 'presentation.ended', ...past, text: 'late' });
  }

  /** What no one should say now. */
  #stray(): void {
    const { id: agent = '', turn = 0 } = this.state.agents[this.#pick(this.state.agents.length)] ?? {};
    const kind = this.#pick(4);
    if (kind === 0) this.feed(this.#ofTurn('stranger', 1 + this.#pick(3)));
    else if (kind === 1) this.feed({ type: 'presentation.ended', agent, turn, text: 'stray' });
    else if (kind === 2 && !this.writing) this.feed({ type: 'final.written' });
    else if (!this.pausing.has(agent)) this.feed({ type: 'backoff.ended', agent });
  }

  #presentationChance(): void {
    if (this.writing || this.presenting === undefined) {
      this.feed({ type: 'final.written' });
      return;
    }
    const of = { type: 'presentation.ended', ...this.presenting } as const;
    const kind = this.#pick(5);
    if (kind === 0) this.feed({ ...of, text: 'presented', snapshot: 'sha256-final' });
    else if (kind === 1) this.feed({ ...of, text: ' ' });
    else if (kind === 2) this.feed({ ...of, text: 'half', error: broken });
    else if (kind === 3) this.feed({ type: 'limit', limit: 'presentation_timeout' });
    else this.feed({ ...of, agent: 'stranger', text: 'not mine' });
  }

  #calm(): void {
    const [agent, running] = [...this.running][0] ?? [];
    const [pausing] = this.pausing;
    if (this.state.phase === 'presenting') {
      this.feed(
        this.presenting === undefined
          ? { type: 'final.written' }
          : { type: 'presentation.ended', ...this.presenting, text: 'presented' },
      );
    } else if (agent !== undefined && running !== undefined) {
      this.feed(this.#manners(agent, running));
    } else {
      this.feed({ type: 'backoff.ended', agent: pausing ?? '' });
    }
  }

  #manners(agent: string, { turn, hangs }: Running): ProtocolInput {
    if (hangs || this.#manner === 'hang') return { type: 'turn.limit', agent, turn, limit: 'turn_hard' };
    if (this.#manner === 'mute') return { type: 'attempt.ended', agent, turn };
    if (this.#manner === 'fail') return { type: 'turn.failed', agent, turn, error: broken, fatal: false };
    if (this.#manner === 'answer' || this.agent(agent).shown === 0) {
      return this.#answer(agent, turn, this.#text());
    }
    return { type: 'vote', agent, turn, target: this.#target(agent), reason: 'best' };
  }

  #wantsResume(): boolean {
    return this.#crashes > 0 && this.#at < this.#tape.length && this.#pick(3) === 0;
  }

  #resumption(): ProtocolInput {
    return { type: 'resume', after: this.journal.length, program: '0.0.0-test' };
  }

  /** The program dies with only the first `kept` entries written, and another one takes the run up. */
  #crash(kept: number): void {
    this.#crashes -= 1;
    this.load(this.journal.slice(0, kept));
    this.feed(this.#resumption());
  }
}
