/**
 * The check of one whole response before any of its calls runs. A response that decides twice or wrongly is
 * refused as a whole, so that nothing of it happens and the agent can simply give it again in a right form.
 */
import { parseAnswerLabel } from '../events/labels.ts';
import type { AttemptReason } from '../events/run-event.ts';
import { agentIndex } from './evolve.ts';
import { peerView } from './peer-view.ts';
import { globalCapReached, lastAnswerSeq, type AnswerRecord, type ProtocolState } from './protocol-state.ts';

export type DecisionCall =
  | { readonly type: 'new_answer'; readonly comparable: string }
  | { readonly type: 'vote'; readonly target: string };

export interface Refusal {
  readonly reason: AttemptReason;
  readonly message: string;
}

/** Why the response must be refused, or undefined when its decision may go on. */
export function checkDecisions(
  state: ProtocolState,
  agent: string,
  calls: readonly DecisionCall[],
): Refusal | undefined {
  const votes = calls.filter((call) => call.type === 'vote');
  const answers = calls.filter((call) => call.type === 'new_answer');
  if (votes.length > 0 && answers.length > 0) return refusal('vote_and_answer', state, agent);
  if (votes.length > 1) return refusal('several_votes', state, agent);
  if (answers.length > 1) return refusal('several_answers', state, agent);
  const [vote] = votes;
  if (vote !== undefined) return checkVote(state, agent, vote.target);
  const [answer] = answers;
  if (answer !== undefined) return checkAnswer(state, agent, answer.comparable);
  return undefined;
}

export function checkAnswer(state: ProtocolState, agent: string, comparable: string): Refusal | undefined {
  if (comparable === '') return refusal('empty_answer', state, agent);
  const author = state.agents[agentIndex(state, agent)];
  if (author === undefined) return undefined;
  if (author.answers >= state.config.maxNewAnswersPerAgent) return refusal('answer_limit', state, agent);
  // An answer that comes after the last one the run may have is no fault of an author who was not shown that
  // one: it is delivered, and a vote asked for, which `next` does. Only an agent that knew is refused here.
  if (globalCapReached(state) && author.shown >= lastAnswerSeq(state)) {
    return refusal('answer_limit', state, agent);
  }
  const same = state.answers.find((other) => other.comparable === comparable);
  if (same === undefined) return undefined;
  const { message } = refusal('duplicate_answer', state, agent);
  const { alias = '', latestAnswer = -1 } = state.agents[same.author] ?? {};
  if (same.seq > author.shown) {
    return {
      reason: 'duplicate_answer',
      message:
        'Another agent has already submitted this very answer. Submit a different one, or vote once you are shown it.',
    };
  }
  return {
    reason: 'duplicate_answer',
    message:
      state.answers[latestAnswer] === same
        ? `This is the same answer as ${alias}.${same.number}. Vote for that one, or submit a better answer.`
        : message,
  };
}

export function checkVote(state: ProtocolState, agent: string, target: string): Refusal | undefined {
  const voter = state.agents[agentIndex(state, agent)];
  if (voter === undefined) return undefined;
  if (voter.shown === 0) return refusal('no_answers_yet', state, agent);
  return findTarget(state, target, voter.shown) === undefined
    ? refusal('unknown_answer', state, agent)
    : undefined;
}

/**
 * The answer that `<alias>` or `<alias>.<n>` names: the latest of its author that was shown. A voter that names an
 * answer it was not shown yet has found it by itself, in the files of its peers: that vote is stale, not wrong.
 */
export function findTarget(state: ProtocolState, target: string, shown: number): AnswerRecord | undefined {
  return findLatest(state, target, shown) ?? findLatest(state, target, lastAnswerSeq(state));
}

function findLatest(state: ProtocolState, target: string, upTo: number): AnswerRecord | undefined {
  const wanted = target.trim();
  const by = (alias: string): AnswerRecord | undefined =>
    state.answers.findLast((answer) => answer.seq <= upTo && state.agents[answer.author]?.alias === alias);
  const label = parseAnswerLabel(wanted);
  const latest = by(label?.name ?? wanted);
  return label === undefined || latest?.number === label.number ? latest : undefined;
}

/** The refusal with the words the agent reads; labels are those it was shown. */
export function refusal(reason: AttemptReason, state: ProtocolState, agent: string): Refusal {
  return { reason, message: messageFor(reason, state, agent) };
}

function messageFor(reason: AttemptReason, state: ProtocolState, agent: string): string {
  const index = agentIndex(state, agent);
  const self = state.agents[index];
  const labels = peerView(state, index, self?.shown ?? 0).map((answer) => answer.label);
  const valid = labels.length === 0 ? 'none yet' : labels.join(', ');
  const mayAnswer = (self?.mayAnswer ?? true) && !globalCapReached(state);
  const finish =
    labels.length === 0
      ? 'Call `new_answer` with your full answer.'
      : mayAnswer
        ? `Call exactly one of: \`vote\` for one of ${valid}, or \`new_answer\` with a better answer.`
        : `Call \`vote\` for one of ${valid}.`;
  switch (reason) {
    case 'no_decision':
      return `You ended without a decision. ${finish}`;
    case 'several_votes':
      return `You voted more than once in one response; none of its calls was carried out. ${finish}`;
    case 'several_answers':
      return `You submitted more than one answer in one response; none of its calls was carried out. ${finish}`;
    case 'vote_and_answer':
      return `You voted and answered in one response; none of its calls was carried out. ${finish}`;
    case 'no_answers_yet':
      return `You have been shown no answer to vote for. ${finish}`;
    case 'unknown_answer':
      return `You voted for an answer that is not on offer. On offer: ${valid}. ${finish}`;
    case 'duplicate_answer':
      return `This answer was already given. ${finish}`;
    case 'empty_answer':
      return `The answer is empty. ${finish}`;
    case 'answer_limit':
      return `No further answers are accepted from you. ${finish}`;
    default:
      return reason satisfies never;
  }
}
