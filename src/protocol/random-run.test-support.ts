/**
 * A whole run played by chance: carries commands out as a coordinator would, against agents that answer, vote,
 * err, fail, hang, and report late or twice, with limits and crashes in between. What happens is read off a tape
 * of numbers; when the tape is over, all agents behave in one given way, so that every run must come to its end.
 * Every step is checked here and by the independent reading of the journal.
 */
import { isDeepStrictEqual } from 'node:util';
import type { AttemptReason, DurableEventBody } from '../events/run-event.ts';
import { checkDecisions, type DecisionCall } from './check-decisions.ts';
import { evolve, foldEvents } from './evolve.ts';
import { JournalOracle } from './journal-oracle.test-support.ts';
import { next } from './next.ts';
import { peerView } from './peer-view.ts';
import type { ProtocolCommand } from './protocol-command.ts';
import type { ProtocolConfig } from './protocol-config.ts';
import type { ProtocolInput } from './protocol-input.ts';
import { broken, type Written } from './protocol-rig.test-support.ts';
import { initialState, type AgentState, type ProtocolState } from './protocol-state.ts';
import type { Step } from './step.ts';

/** How all agents go on when the tape is over. */
export type Manner = 'vote' | 'mute' | 'fail' | 'answer' | 'hang';

export interface Script {
  readonly config: ProtocolConfig;
  readonly tape: readonly number[];
  readonly manner: Manner;
  /** Crashes, and resumes after the end, that may happen at most. */
  readonly crashes: number;
}

interface Running {
  readonly turn: number;
  attempt: number;
  hangs: boolean;
}

const reasons: readonly AttemptReason[] = [
  'several_votes',
  'several_answers',
  'vote_and_answer',
  'unknown_answer',
  'duplicate_answer',
];

export class RandomRun {
  readonly config: ProtocolConfig;
  state: ProtocolState;
  journal: Written[] = [];
  oracle: JournalOracle;
  inputs = 0;
  ended = false;
  readonly #tape: readonly number[];
  readonly #manner: Manner;
  #at = 0;
  #crashes: number;
  #texts = 0;
  #lastStep = 0;
  readonly #running = new Map<string, Running>();
  readonly #pausing = new Set<string>();
  #past: { readonly agent: string; readonly turn: number }[] = [];
  #fed: ProtocolInput[] = [];
  #presenting: { readonly agent: string; readonly turn: number } | undefined;
  #writing = false;

  constructor(script: Script, journal: readonly Written[] = []) {
    this.config = script.config;
    this.#tape = script.tape;
    this.#manner = script.manner;
    this.#crashes = script.crashes;
    this.state = initialState(script.config);
    this.oracle = new JournalOracle(script.config);
    if (journal.length > 0) this.#load(journal);
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

  feed(input: ProtocolInput): Step {
    const seq = this.journal.length + 1;
    const before = this.state;
    const step = next(before, input, seq);
    const again = next(before, input, seq);
    check(isDeepStrictEqual(step, again), 'the same state and input give the same step');
    const written = (JSON.parse(JSON.stringify(step.events)) as DurableEventBody[]).map(
      (event, index): Written => ({ ...event, seq: seq + index }),
    );
    let folded = before;
    for (const event of written) {
      this.oracle.read(event);
      folded = evolve(folded, event, event.seq);
    }
    check(isDeepStrictEqual(folded, step.state), 'the journal folds to the live state');
    this.journal.push(...written);
    this.#lastStep = written.length;
    if (input.type !== 'resume') this.#fed.push(input);
    this.inputs += 1;
    this.state = step.state;
    for (const event of written) this.#settleTurn(event);
    for (const command of step.commands) this.#carryOut(command);
    this.#checkState();
    this.#checkSecrecy(step);
    this.#checkReply(input, before, step);
    return step;
  }

  #settleTurn(event: Written): void {
    switch (event.type) {
      case 'turn.finished':
      case 'turn.failed':
      case 'turn.interrupted':
        this.#running.delete(event.agent);
        this.#past.push({ agent: event.agent, turn: event.turn });
        return;
      case 'presentation.finished':
        this.#presenting = undefined;
        this.#past.push({ agent: event.agent, turn: event.turn });
        return;
      case 'backoff.ended':
        this.#pausing.delete(event.agent);
        return;
      case 'run.finished':
        this.#pausing.clear();
        return;
      default:
    }
  }

  #carryOut(command: ProtocolCommand): void {
    switch (command.type) {
      case 'turn.start': {
        const { agent, turn } = command;
        check(!this.#running.has(agent), 'never two turns at once');
        check(this.#agent(agent).mode === 'working' && this.#agent(agent).turn === turn, 'starts its own turn');
        check(command.shown === this.#agent(agent).shown, 'shows what the journal says');
        this.#running.set(agent, { turn, attempt: 1, hangs: false });
        return;
      }
      case 'attempt.start': {
        const running = this.#running.get(command.agent);
        check(running?.turn === command.turn, 'an attempt belongs to the current turn');
        check(command.attempt === (running?.attempt ?? 0) + 1 && command.attempt <= 3, 'one attempt more');
        if (running !== undefined) running.attempt = command.attempt;
        return;
      }
      case 'turn.cancel':
        check(
          this.#past.some(({ agent, turn }) => agent === command.agent && turn === command.turn),
          'only a turn that is over is cancelled',
        );
        return;
      case 'turn.nudge':
        check(this.#running.get(command.agent)?.turn === command.turn, 'only a current turn is nudged');
        return;
      case 'backoff.start':
        check(this.#agent(command.agent).mode === 'backoff' && command.ms > 0, 'pauses after a failure');
        this.#pausing.add(command.agent);
        return;
      case 'presentation.start':
        check(this.#presenting === undefined && this.#running.size === 0, 'presents alone');
        this.#presenting = { agent: command.agent, turn: command.turn };
        return;
      case 'final.write':
        check(!this.#writing && this.state.presentation?.finished !== undefined, 'writes a result, once');
        this.#writing = true;
        return;
      case 'run.end':
        check(this.state.phase === 'finished', 'ends what is over');
        this.#writing = false;
        this.ended = true;
        return;
      default:
        command satisfies never;
    }
  }

  /** Counters equal recounts, the commands cover the state, and somebody can always go on. */
  #checkState(): void {
    const { state } = this;
    const count = (holds: (agent: AgentState) => boolean): number => state.agents.filter(holds).length;
    const counters = {
      living: count((agent) => agent.mode !== 'retired'),
      voted: count((agent) => agent.mode === 'voted'),
      drafted: count((agent) => agent.mode !== 'retired' && (agent.answers > 0 || agent.mode === 'voted')),
      idle: count((agent) => agent.mode === 'idle'),
    };
    const { living, voted, drafted, idle } = state;
    check(isDeepStrictEqual(counters, { living, voted, drafted, idle }), 'counters equal recounts');
    check(
      isDeepStrictEqual(
        state.answers.map((answer) => answer.label),
        this.oracle.answers.map((answer) => answer.label),
      ),
      'no answer is lost',
    );
    for (const { id, mode, turn, vote } of state.agents) {
      check((mode === 'working') === (this.#running.get(id)?.turn === turn), `${mode} as the turns say`);
      check((mode === 'voted') === (vote !== undefined), 'a vote stands while its agent has voted');
      if (state.phase === 'coordinating') check((mode === 'backoff') === this.#pausing.has(id), 'pauses end');
    }
    if (state.phase === 'coordinating') check(this.#running.size + this.#pausing.size > 0, 'somebody is at work');
    if (state.phase === 'presenting') check(this.#presenting !== undefined || this.#writing, 'it goes on');
    check((state.phase === 'finished') === this.ended, 'the end is announced');
  }

  /** Nothing that an agent reads holds the id of another. */
  #checkSecrecy(step: Step): void {
    const { state } = this;
    const viewer = this.inputs % state.agents.length;
    const view = peerView(state, viewer, state.agents[viewer]?.shown ?? 0);
    const read: unknown[] = [
      ...view.map(({ label, alias }) => [label, alias]),
      ...step.events.filter((event) => event.type === 'attempt.rejected').map(({ message }) => message),
      ...step.commands.filter((command) => command.type === 'attempt.start').map(({ followUp }) => followUp),
      step.reply?.type === 'accepted' ? undefined : step.reply,
    ];
    this.#checkNoIds(JSON.stringify(read));
    for (const { alias, record, own } of view) {
      check(alias === this.config.agents[record.author]?.alias, 'aliases are stable');
      check(own === (record.author === viewer), 'one knows the own answer');
    }
    check(new Set(view.map(({ alias }) => alias)).size === view.length, 'one answer per author');
  }

  #checkNoIds(text: string): void {
    for (const { id } of this.config.agents) check(!text.includes(id), 'no real id is shown');
  }

  /** The reply agrees with the journal, and with what was said before the decision was carried out. */
  #checkReply(input: ProtocolInput, before: ProtocolState, step: Step): void {
    if (!('turn' in input) || input.type === 'presentation.ended') return;
    const agent = before.agents.find(({ id }) => id === input.agent);
    const current =
      before.phase === 'coordinating' && agent?.mode === 'working' && agent.turn === input.turn;
    check((step.reply?.type === 'over') === !current, 'over is said of turns that are over, and only of them');
    if (!current) {
      check(step.state === before && step.commands.length === 0, 'a late result changes nothing');
      return;
    }
    if (input.type !== 'answer' && input.type !== 'vote') return;
    const call: DecisionCall =
      input.type === 'vote'
        ? { type: 'vote', target: input.target }
        : { type: 'new_answer', comparable: input.comparable };
    const refused = checkDecisions(before, input.agent, [call]);
    this.#checkNoIds(JSON.stringify(refused ?? ''));
    const { reply } = step;
    if (refused !== undefined) {
      check(reply?.type === 'rejected' && reply.reason === refused.reason, 'refused as announced');
    } else if (reply?.type === 'accepted') {
      const [first] = step.events;
      check(first?.type === (input.type === 'vote' ? 'vote.cast' : 'answer.submitted'), 'accepted is journaled');
    } else {
      check(reply?.type === 'again', 'accepted or asked again');
      check(agent?.attempt === step.state.agents.find(({ id }) => id === input.agent)?.attempt, 'no attempt');
    }
  }

  #agent(id: string): AgentState {
    const found = this.state.agents.find((agent) => agent.id === id);
    if (found === undefined) throw new Error(`no agent ${id}`);
    return found;
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
    else if (kind < 4) this.feed(this.#fed[this.#pick(this.#fed.length)] ?? { type: 'start' });
    else if (kind < 5) this.feed(this.#ofTurn('stranger', 1 + this.#pick(3)));
    else if (kind < 6 && this.#pick(4) === 0) {
      const limits = ['orchestrator_timeout', 'presentation_timeout', 'user_stop'] as const;
      this.feed({ type: 'limit', limit: limits[this.#pick(3)] ?? 'user_stop' });
    } else if (kind < 7 && this.#crashes > 0) {
      this.#crash(this.journal.length - this.#pick(this.#lastStep + 1));
    } else if (phase === 'presenting') this.#presentationChance();
    else if (kind < 13 && this.#pausing.size > 0) {
      this.feed({ type: 'backoff.ended', agent: [...this.#pausing][this.#pick(this.#pausing.size)] ?? '' });
    } else this.#workChance();
  }

  #workChance(): void {
    const [agent, running] = [...this.#running][this.#pick(this.#running.size)] ?? [];
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
    const past = this.#past[this.#pick(this.#past.length)];
    if (past === undefined) return;
    this.feed(this.#ofTurn(past.agent, past.turn));
    this.feed({ type: 'presentation.ended', ...past, text: 'late' });
  }

  #presentationChance(): void {
    if (this.#writing || this.#presenting === undefined) {
      this.feed({ type: 'final.written' });
      return;
    }
    const of = { type: 'presentation.ended', ...this.#presenting } as const;
    const kind = this.#pick(5);
    if (kind === 0) this.feed({ ...of, text: 'presented', snapshot: 'sha256-final' });
    else if (kind === 1) this.feed({ ...of, text: ' ' });
    else if (kind === 2) this.feed({ ...of, text: 'half', error: broken });
    else if (kind === 3) this.feed({ type: 'limit', limit: 'presentation_timeout' });
    else this.feed({ ...of, agent: 'stranger', text: 'not mine' });
  }

  #calm(): void {
    const [agent, running] = [...this.#running][0] ?? [];
    const [pausing] = this.#pausing;
    if (this.state.phase === 'presenting') {
      this.feed(
        this.#presenting === undefined
          ? { type: 'final.written' }
          : { type: 'presentation.ended', ...this.#presenting, text: 'presented' },
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
    if (this.#manner === 'answer' || this.#agent(agent).shown === 0) {
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
    this.#load(this.journal.slice(0, kept));
    this.feed(this.#resumption());
  }

  #load(journal: readonly Written[]): void {
    this.journal = [...journal];
    this.state = foldEvents(this.config, journal);
    this.oracle = new JournalOracle(this.config);
    for (const event of journal) this.oracle.read(event);
    this.#running.clear();
    this.#pausing.clear();
    this.#past = [];
    this.#fed = [];
    this.#presenting = undefined;
    this.#writing = false;
    this.ended = false;
  }
}

function check(holds: boolean, rule: string): void {
  if (!holds) throw new Error(`rule broken: ${rule}`);
}
