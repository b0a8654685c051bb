/**
 * A run whose every step is checked: carries the commands of the protocol out as a coordinator would, keeps the
 * journal, and throws at the first step that breaks a rule, here or in the independent reading of the journal.
 */
import { isDeepStrictEqual } from 'node:util';
import type { DurableEventBody } from '../events/run-event.ts';
import { checkDecisions, type DecisionCall } from './check-decisions.ts';
import { evolve, foldEvents } from './evolve.ts';
import { JournalOracle } from './journal-oracle.test-support.ts';
import { next } from './next.ts';
import { peerView } from './peer-view.ts';
import type { ProtocolCommand } from './protocol-command.ts';
import type { ProtocolConfig } from './protocol-config.ts';
import type { ProtocolInput } from './protocol-input.ts';
import type { Written } from './protocol-rig.test-support.ts';
import { initialState, type AgentState, type ProtocolState } from './protocol-state.ts';
import type { Step } from './step.ts';

export interface Running {
  readonly turn: number;
  attempt: number;
  hangs: boolean;
}

interface OfTurn {
  readonly agent: string;
  readonly turn: number;
}

export class CheckedRun {
  readonly config: ProtocolConfig;
  state: ProtocolState;
  journal: Written[] = [];
  /** Inputs so far, those before a crash included. */
  inputs = 0;
  ended = false;
  /** Turns that were started and are not over, by agent. */
  readonly running = new Map<string, Running>();
  readonly pausing = new Set<string>();
  past: OfTurn[] = [];
  fed: ProtocolInput[] = [];
  presenting: OfTurn | undefined;
  writing = false;
  /** Events of the last step. */
  lastStep = 0;
  #oracle: JournalOracle;

  constructor(config: ProtocolConfig, journal: readonly Written[]) {
    this.config = config;
    this.state = initialState(config);
    this.#oracle = new JournalOracle(config);
    if (journal.length > 0) this.load(journal);
  }

  feed(input: ProtocolInput): Step {
    // Entries of other concerns stand between those of the protocol, as in every real journal.
    if (this.inputs % 3 === 2) {
      const noise = { type: 'warning.raised', code: 'MG9999', message: 'noise' } as const;
      this.journal.push({ ...noise, seq: this.journal.length + 1 });
    }
    const seq = this.journal.length + 1;
    const before = this.state;
    const presenting = this.presenting;
    const step = next(before, input, seq);
    const again = next(before, input, seq);
    check(isDeepStrictEqual(step, again), 'the same state and input give the same step');
    const written = (JSON.parse(JSON.stringify(step.events)) as DurableEventBody[]).map(
      (event, index): Written => ({ ...event, seq: seq + index }),
    );
    let folded = before;
    for (const event of written) {
      this.#oracle.read(event);
      folded = evolve(folded, event, event.seq);
    }
    check(isDeepStrictEqual(folded, step.state), 'the journal folds to the live state');
    this.journal.push(...written);
    this.lastStep = written.length;
    if (input.type !== 'resume') this.fed.push(input);
    this.inputs += 1;
    this.state = step.state;
    for (const event of written) this.#settleTurn(event);
    for (const command of step.commands) this.#carryOut(command);
    this.#checkState();
    this.#checkSecrecy(step);
    this.#checkReply(input, before, step);
    if (input.type === 'presentation.ended') checkPresentation(input, presenting, step);
    return step;
  }

  /** Forgets everything but this journal, as a program that is started on it. */
  load(journal: readonly Written[]): void {
    this.journal = [...journal];
    this.state = foldEvents(this.config, journal);
    this.#oracle = new JournalOracle(this.config);
    for (const event of journal) this.#oracle.read(event);
    this.running.clear();
    this.pausing.clear();
    this.past = [];
    this.fed = [];
    this.presenting = undefined;
    this.writing = false;
    this.ended = false;
  }

  agent(id: string): AgentState {
    const found = this.state.agents.find((agent) => agent.id === id);
    if (found === undefined) throw new Error(`no agent ${id}`);
    return found;
  }

  #settleTurn(event: Written): void {
    switch (event.type) {
      case 'turn.finished':
      case 'turn.failed':
      case 'turn.interrupted':
        this.running.delete(event.agent);
        this.past.push({ agent: event.agent, turn: event.turn });
        return;
      case 'presentation.finished':
        this.presenting = undefined;
        this.past.push({ agent: event.agent, turn: event.turn });
        return;
      case 'backoff.ended':
        this.pausing.delete(event.agent);
        return;
      case 'run.finished':
        this.pausing.clear();
        return;
      default:
    }
  }

  #carryOut(command: ProtocolCommand): void {
    switch (command.type) {
      case 'turn.start': {
        const { agent, turn } = command;
        check(!this.running.has(agent), 'never two turns at once');
        check(this.agent(agent).mode === 'working' && this.agent(agent).turn === turn, 'starts its own turn');
        check(command.shown === this.agent(agent).shown, 'shows what the journal says');
        this.running.set(agent, { turn, attempt: 1, hangs: false });
        return;
      }
      case 'attempt.start': {
        const running = this.running.get(command.agent);
        check(running?.turn === command.turn, 'an attempt belongs to the current turn');
        check(command.attempt === (running?.attempt ?? 0) + 1 && command.attempt <= 3, 'one attempt more');
        if (running !== undefined) running.attempt = command.attempt;
        return;
      }
      case 'turn.cancel':
        check(
          this.past.some(({ agent, turn }) => agent === command.agent && turn === command.turn),
          'only a turn that is over is cancelled',
        );
        return;
      case 'turn.nudge':
        check(this.running.get(command.agent)?.turn === command.turn, 'only a current turn is nudged');
        return;
      case 'backoff.start':
        check(this.agent(command.agent).mode === 'backoff' && command.ms > 0, 'pauses after a failure');
        this.pausing.add(command.agent);
        return;
      case 'presentation.start':
        check(this.presenting === undefined && this.running.size === 0, 'presents alone');
        this.presenting = { agent: command.agent, turn: command.turn };
        return;
      case 'final.write':
        check(!this.writing && this.state.presentation?.finished !== undefined, 'writes a result, once');
        this.writing = true;
        return;
      case 'run.end':
        check(this.state.phase === 'finished', 'ends what is over');
        this.writing = false;
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
        this.#oracle.answers.map((answer) => answer.label),
      ),
      'no answer is lost',
    );
    for (const { id, mode, turn, vote } of state.agents) {
      check((mode === 'working') === (this.running.get(id)?.turn === turn), `${mode} as the turns say`);
      check((mode === 'voted') === (vote !== undefined), 'a vote stands while its agent has voted');
      if (state.phase === 'coordinating') check((mode === 'backoff') === this.pausing.has(id), 'pauses end');
    }
    if (state.phase === 'coordinating')
      check(this.running.size + this.pausing.size > 0, 'somebody is at work');
    if (state.phase === 'presenting') check(this.presenting !== undefined || this.writing, 'it goes on');
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
    const current = before.phase === 'coordinating' && agent?.mode === 'working' && agent.turn === input.turn;
    check(
      (step.reply?.type === 'over') === !current,
      'over is said of turns that are over, and only of them',
    );
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
      check(
        first?.type === (input.type === 'vote' ? 'vote.cast' : 'answer.submitted'),
        'accepted is journaled',
      );
      if (input.type === 'vote') this.#checkVote(input.target, reply.label);
    } else {
      check(reply?.type === 'again', 'accepted or asked again');
      check(agent?.attempt === step.state.agents.find(({ id }) => id === input.agent)?.attempt, 'no attempt');
    }
  }

  /** The label in the journal is the one that was named, alias for id. */
  #checkVote(target: string, label: string): void {
    const { author, number } = this.state.answers.findLast((answer) => answer.label === label) ?? {};
    const alias = this.config.agents[author ?? -1]?.alias;
    check(target === alias || target === `${alias}.${number}`, 'the vote is for the answer it names');
  }
}

/** Only the turn that presents ends the presentation, and only words without an error are presented. */
function checkPresentation(
  input: Extract<ProtocolInput, { type: 'presentation.ended' }>,
  presenting: { readonly agent: string; readonly turn: number } | undefined,
  step: Step,
): void {
  const [finished] = step.events;
  const own = presenting?.agent === input.agent && presenting.turn === input.turn;
  check(own === (finished?.type === 'presentation.finished'), 'the presenting turn ends the presentation');
  if (finished?.type !== 'presentation.finished') return;
  const presented = input.error === undefined && input.text.trim() !== '';
  check(
    (finished.source === 'presented') === presented,
    'failure and silence fall back to the stored answer',
  );
  check(!presented || finished.text === input.text, 'what was presented is the result');
}

function check(holds: boolean, rule: string): void {
  if (!holds) throw new Error(`rule broken: ${rule}`);
}
