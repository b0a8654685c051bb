/**
 * A second, independent reading of a journal: knows the rules of coordination but shares no code with them.
 * It reads one event after another and throws at the first that the rules forbid.
 */
import type { FinalAnswerStrategy, LimitName, WinnerRule } from '../events/run-event.ts';
import type { ProtocolConfig } from './protocol-config.ts';
import type { Written } from './protocol-rig.test-support.ts';

interface Member {
  readonly id: string;
  state: 'free' | 'working' | 'paused' | 'retired';
  turn: number;
  shown: number;
  attempts: number;
  failures: number;
  /** `seq` of its answers. */
  readonly answers: number[];
  answeredInTurn: boolean;
  standing?: string | undefined;
  /** A vote that a newer answer has made worthless, and whose end must still be journaled. */
  doomed?: string | undefined;
}

interface Given {
  readonly seq: number;
  readonly author: Member;
  readonly label: string;
  readonly comparable: string;
}

export class JournalOracle {
  readonly members: readonly Member[];
  readonly answers: Given[] = [];
  resumes = 0;
  #phase: 'coordinating' | 'presenting' | 'presented' | 'finished' = 'coordinating';
  #winner: string | undefined;
  #presentations = 0;
  #limited: LimitName | undefined;
  #previous: Written | undefined;
  readonly #config: ProtocolConfig;

  constructor(config: ProtocolConfig) {
    this.#config = config;
    this.members = config.agents.map(({ id }) => ({
      id,
      state: 'free',
      turn: 0,
      shown: 0,
      attempts: 0,
      failures: 0,
      answers: [],
      answeredInTurn: false,
    }));
  }

  get newest(): number {
    return this.answers.at(-1)?.seq ?? 0;
  }

  get living(): readonly Member[] {
    return this.members.filter((member) => member.state !== 'retired');
  }

  get capReached(): boolean {
    return this.answers.length >= (this.#config.maxNewAnswersGlobal ?? Infinity);
  }

  isDrafted(member: Member): boolean {
    return member.answers.length > 0 || member.standing !== undefined;
  }

  read(event: Written): void {
    if (event.type === 'warning.raised') return;
    try {
      this.#read(event);
    } catch (error) {
      throw new Error(`entry ${event.seq} ${JSON.stringify(event)}`, { cause: error });
    }
    this.#previous = event;
  }

  #read(event: Written): void {
    must(this.#phase !== 'finished' || event.type === 'run.resumed', 'nothing follows the end but a resume');
    switch (event.type) {
      case 'run.resumed':
        this.#resume();
        return;
      case 'turn.started':
        this.#started(event);
        return;
      case 'turn.finished': {
        const member = this.#working(event);
        must(
          event.decision === 'answer' ? member.answeredInTurn : member.standing !== undefined,
          'the decision of a finished turn is in the journal',
        );
        member.state = 'free';
        member.failures = 0;
        return;
      }
      case 'turn.failed': {
        const member = this.#working(event);
        must(event.failures === member.failures + 1, 'failures are counted one by one');
        member.failures = event.failures;
        member.state = 'paused';
        must(event.failures < 3 || event.retryInMs === undefined, 'a third failure has no next try');
        return;
      }
      case 'agent.retired': {
        const member = this.#member(event.agent);
        must(member.state === 'paused' && this.#previous?.type === 'turn.failed', 'retires by a failure');
        must(member.standing === undefined, 'a retired agent has no vote');
        member.state = 'retired';
        return;
      }
      case 'backoff.ended': {
        const member = this.#member(event.agent);
        must(member.state === 'paused', 'only a pause can end');
        member.state = 'free';
        return;
      }
      case 'turn.interrupted': {
        const member = this.#working(event);
        if (event.reason === 'restart') {
          must(this.#config.onNewAnswer === 'restart', 'only restart restarts');
          must(member.shown > 0 || member.answers.length > 0, 'a first draft is never disturbed');
        }
        member.state = 'free';
        return;
      }
      case 'attempt.rejected': {
        const member = this.#working(event);
        member.attempts += 1;
        must(event.attempt === member.attempts && event.attempt <= 3, 'three attempts, counted one by one');
        return;
      }
      case 'answer.submitted':
        this.#submitted(event);
        return;
      case 'vote.cast': {
        const member = this.#working(event);
        must(event.shown === this.newest && member.shown === this.newest, 'the voter has seen everything');
        must(this.#latest(event.for), 'the vote names the latest answer of its author');
        member.standing = event.for;
        return;
      }
      case 'vote.voided': {
        const member = this.#member(event.agent);
        if (event.reason === 'stale') {
          must(member.state === 'working' && member.shown < this.newest, 'stale means something is unseen');
          return;
        }
        must(member.doomed === event.for, 'only a vote that lost its worth is voided');
        member.doomed = undefined;
        return;
      }
      case 'update.injected':
        this.#injected(event);
        return;
      case 'limit.reached':
        if (event.agent === undefined) this.#limited = event.limit;
        return;
      case 'winner.selected':
        this.#selected(event);
        return;
      case 'presentation.started':
        this.#presentationStarted(event);
        return;
      case 'presentation.finished':
        must(this.#phase === 'presenting' && this.#presentations > 0, 'a presentation is under way');
        must(
          event.source === 'presented' || event.text === this.#stored(),
          'falls back to the stored answer',
        );
        this.#phase = 'presented';
        return;
      case 'run.finished': {
        must(event.limited === this.#limited, 'the limit is named');
        must((event.outcome === 'answered') === this.answers.length > 0, 'only no answer at all fails');
        must(event.winner === this.#winner, 'the winner is named');
        must(event.outcome !== 'answered' || this.#phase === 'presented', 'there is a result');
        this.#noTurns();
        this.#phase = 'finished';
        return;
      }
      default:
        return;
    }
  }

  #resume(): void {
    this.resumes += 1;
    this.#presentations = 0;
    if (this.#phase !== 'finished') return;
    this.#phase = 'coordinating';
    this.#winner = undefined;
    this.#limited = undefined;
    for (const member of this.members) {
      if (member.state !== 'retired') continue;
      member.state = 'free';
      member.failures = 0;
    }
  }

  #started(event: Extract<Written, { type: 'turn.started' }>): void {
    const member = this.#member(event.agent);
    must(this.#phase === 'coordinating' && this.#limited === undefined, 'turns start while coordinating');
    must(member.state === 'free', 'one turn at a time, none in a pause, none when retired');
    must(member.standing === undefined && member.doomed === undefined, 'who has voted is left in peace');
    must(event.turn === member.turn + 1, 'turns are counted one by one');
    this.#shown(member, event.shown, event.seq);
    const mayAnswer = member.answers.length < this.#config.maxNewAnswersPerAgent && !this.capReached;
    must(event.mayAnswer === mayAnswer, 'new_answer is offered below the limits only');
    if (this.#config.onNewAnswer === 'wait' && event.shown > 0 && member.shown === 0) {
      const open = this.capReached || this.living.every((other) => this.isDrafted(other));
      must(open, 'under wait nobody looks before all have drafted');
    }
    Object.assign(member, {
      state: 'working',
      turn: event.turn,
      shown: event.shown,
      attempts: 0,
      answeredInTurn: false,
    });
  }

  #submitted(event: Extract<Written, { type: 'answer.submitted' }>): void {
    const member = this.#working(event);
    must(!member.answeredInTurn, 'one answer a turn');
    must(event.number === member.answers.length + 1, 'answers are counted one by one');
    must(event.number <= this.#config.maxNewAnswersPerAgent && !this.capReached, 'within the limits');
    must(event.label === `${event.agent}.${event.number}`, 'the label is made of id and number');
    must(event.comparable !== '', 'not empty');
    must(!this.answers.some((other) => other.comparable === event.comparable), 'not a duplicate');
    member.answers.push(event.seq);
    member.answeredInTurn = true;
    this.answers.push({ seq: event.seq, author: member, label: event.label, comparable: event.comparable });
    for (const other of this.members) {
      if (other.standing === undefined) continue;
      other.doomed = other.standing;
      other.standing = undefined;
    }
  }

  #injected(event: Extract<Written, { type: 'update.injected' }>): void {
    const member = this.#working(event);
    must(event.shown === this.newest && event.shown > member.shown, 'delivers all there is, and only news');
    const asked =
      this.#previous !== undefined &&
      'agent' in this.#previous &&
      this.#previous.agent === event.agent &&
      (this.#previous.type === 'answer.rejected' || this.#previous.type === 'vote.voided');
    const firstDraft = member.shown === 0 && member.answers.length === 0;
    must(
      asked || (this.#config.onNewAnswer === 'inject' && !firstDraft),
      'disturbs nobody but under inject, and no first draft',
    );
    this.#shown(member, event.shown, event.seq);
    member.shown = event.shown;
  }

  #selected(event: Extract<Written, { type: 'winner.selected' }>): void {
    must(this.#phase === 'coordinating', 'once');
    this.#noTurns();
    must(
      this.members.every((member) => member.doomed === undefined),
      'no vote outlives a newer answer',
    );
    const { living } = this;
    must(
      this.#limited !== undefined ||
        living.every((member) => member.standing !== undefined) ||
        (living.length === 1 && living[0]?.answers.length !== 0),
      'coordination is over',
    );
    const votes = living.flatMap(({ id, standing }) =>
      standing === undefined ? [] : [{ agent: id, for: standing }],
    );
    for (const vote of votes) must(this.#latest(vote.for), 'no superseded answer has a vote');
    must(
      JSON.stringify(event.votes.map(({ agent, for: label }) => ({ agent, for: label }))) ===
        JSON.stringify(votes),
      'the standing votes are in the journal',
    );
    const expected = this.expectedWinner();
    must(event.answer === expected?.label && event.rule === expected.rule, `expected ${expected?.label}`);
    this.#winner = event.answer;
    this.#phase = 'presenting';
  }

  /** Who must win by what was read so far. */
  expectedWinner(): { readonly label: string; readonly rule: WinnerRule } | undefined {
    const latest = this.members.flatMap((member) => {
      const given = this.answers.findLast((answer) => answer.author === member);
      return given === undefined ? [] : [given];
    });
    const [first] = latest;
    if (first === undefined) return undefined;
    if (latest.length === 1) return { label: first.label, rule: 'only_answer' };
    const votes = (label: string): number => this.living.filter((member) => member.standing === label).length;
    const ranked = latest.toSorted((a, b) => votes(b.label) - votes(a.label));
    const [best = first, second = first] = ranked;
    if (votes(best.label) > 0) {
      const tied = votes(best.label) === votes(second.label);
      return { label: best.label, rule: tied ? 'tie_registration_order' : 'most_votes' };
    }
    const { living } = this;
    const alone = latest.find((answer) => living.length === 1 && answer.author === living[0]);
    if (alone !== undefined) return { label: alone.label, rule: 'last_living' };
    return { label: first.label, rule: 'no_votes_registration_order' };
  }

  #presentationStarted(event: Extract<Written, { type: 'presentation.started' }>): void {
    const member = this.#member(event.agent);
    must(this.#phase === 'presenting', 'after the choice of the winner');
    must(this.#winner?.startsWith(`${event.agent}.`) === true, 'the winner presents');
    must(event.turn === member.turn + 1, 'turns are counted one by one');
    must(this.#presentations === 0, 'one presentation, unless resumed');
    const silent: FinalAnswerStrategy = 'winner_reuse';
    must(member.state !== 'retired' || event.strategy === silent, 'a retired agent does not speak');
    this.#presentations += 1;
    member.turn = event.turn;
  }

  #shown(member: Member, shown: number, before: number): void {
    must(shown >= member.shown, 'what was shown stays shown');
    must(shown < before, 'nothing is shown before it is journaled');
    must(shown === 0 || this.answers.some((answer) => answer.seq === shown), 'shown names an answer');
  }

  #latest(label: string): boolean {
    const given = this.answers.find((answer) => answer.label === label);
    return given !== undefined && given.author.answers.at(-1) === given.seq;
  }

  #stored(): string | undefined {
    const index = this.answers.findIndex((answer) => answer.label === this.#winner);
    return this.answers[index]?.comparable;
  }

  #noTurns(): void {
    must(!this.members.some((member) => member.state === 'working'), 'no turn is left open');
  }

  #working(event: { readonly agent: string; readonly turn: number }): Member {
    const member = this.#member(event.agent);
    must(this.#phase === 'coordinating', 'turns belong to the coordination');
    must(member.state === 'working' && member.turn === event.turn, 'the turn is the current one');
    return member;
  }

  #member(id: string): Member {
    const found = this.members.find((member) => member.id === id);
    if (found === undefined) throw new Error(`no agent ${id}`);
    return found;
  }
}

function must(holds: boolean, rule: string): asserts holds {
  if (!holds) throw new Error(`rule broken: ${rule}`);
}
