/** The three cases of a turn, and every way a response can be wrong. */
import { describe, expect, it } from 'vitest';
import { ProtocolRig } from './protocol-rig.test-support.ts';

describe('case 1: no answers yet', () => {
  it('gives every agent a first turn that may answer and is shown nothing', () => {
    const rig = ProtocolRig.started();
    expect(rig.commands('turn.start')).toEqual([
      { type: 'turn.start', agent: 'writer', turn: 1, shown: 0, mayAnswer: true },
      { type: 'turn.start', agent: 'critic', turn: 1, shown: 0, mayAnswer: true },
      { type: 'turn.start', agent: 'editor', turn: 1, shown: 0, mayAnswer: true },
    ]);
    expect(rig.types()).toEqual(['turn.started', 'turn.started', 'turn.started']);
  });

  it('accepts an answer, numbers it per agent and says so with the label for people', () => {
    const rig = ProtocolRig.started();
    const step = rig.feed({
      type: 'answer',
      agent: 'critic',
      turn: 1,
      text: ' See notes.md ',
      comparable: 'See notes.md',
      snapshot: 'sha256-1',
    });
    expect(step.reply).toEqual({ type: 'accepted', label: 'critic.1' });
    expect(step.events).toEqual([
      {
        type: 'answer.submitted',
        agent: 'critic',
        turn: 1,
        label: 'critic.1',
        number: 1,
        text: ' See notes.md ',
        comparable: 'See notes.md',
        snapshot: 'sha256-1',
      },
      { type: 'turn.finished', agent: 'critic', turn: 1, decision: 'answer' },
    ]);
    expect(rig.state.answers).toEqual([
      {
        seq: 4,
        author: 1,
        number: 1,
        label: 'critic.1',
        text: ' See notes.md ',
        comparable: 'See notes.md',
        snapshot: 'sha256-1',
      },
    ]);
  });

  it('starting twice starts no second turn', () => {
    const rig = ProtocolRig.started();
    expect(rig.feed({ type: 'start' })).toMatchObject({ events: [], commands: [] });
  });
});

describe('case 2: answers exist', () => {
  it('shows the author of an answer the others as soon as there is one, and lets it vote or improve', () => {
    const rig = ProtocolRig.started();
    rig.answer('writer');
    const step = rig.answer('critic');
    const newest = rig.newest();
    expect(step.commands).toEqual([
      { type: 'turn.start', agent: 'writer', turn: 2, shown: newest, mayAnswer: true },
      { type: 'turn.start', agent: 'critic', turn: 2, shown: newest, mayAnswer: true },
    ]);
    expect(rig.vote('writer', 'critic').reply).toEqual({ type: 'accepted', label: 'critic.1' });
    expect(rig.answer('critic').reply).toEqual({ type: 'accepted', label: 'critic.2' });
    expect(rig.agent('critic').answers).toBe(2);
  });

  it('lets an author whose answer is the only one wait while others are undecided', () => {
    const rig = ProtocolRig.started();
    const step = rig.answer('writer');
    expect(step.commands).toEqual([]);
    expect(rig.mode('writer')).toBe('idle');
  });

  it('gives that author its turn once all others have voted for its answer', () => {
    const rig = ProtocolRig.started();
    rig.answer('writer');
    rig.safePoint('critic');
    rig.fail('critic');
    rig.endBackoff('critic');
    rig.vote('critic', 'writer');
    expect(rig.mode('writer')).toBe('idle');
    rig.fail('editor');
    rig.endBackoff('editor');
    rig.vote('editor', 'writer');
    expect(rig.mode('writer')).toBe('working');
    rig.vote('writer', 'writer');
    expect(rig.state.winner).toEqual({ author: 0, answer: 0, rule: 'only_answer' });
  });
});

describe('case 3: no decision', () => {
  it('asks again with what was missing, up to three attempts, then fails the turn', () => {
    const rig = ProtocolRig.started();
    const first = rig.endAttempt('writer');
    expect(first.reply).toEqual({
      type: 'rejected',
      reason: 'no_decision',
      message: 'You ended without a decision. Call `new_answer` with your full answer.',
    });
    expect(rig.commands('attempt.start')).toEqual([
      {
        type: 'attempt.start',
        agent: 'writer',
        turn: 1,
        attempt: 2,
        followUp: 'You ended without a decision. Call `new_answer` with your full answer.',
      },
    ]);
    rig.endAttempt('writer');
    expect(rig.commands('attempt.start')).toMatchObject([{ attempt: 3 }]);
    rig.endAttempt('writer');
    expect(rig.commands('attempt.start')).toEqual([]);
    expect(rig.types()).toEqual(['attempt.rejected', 'turn.failed']);
    expect(rig.all('attempt.rejected').map((event) => event.attempt)).toEqual([1, 2, 3]);
    expect(rig.all('turn.failed')).toMatchObject([{ failures: 1, error: { code: 'MG1701' } }]);
    expect(rig.mode('writer')).toBe('backoff');
  });

  it('names what can be voted for once answers were shown', () => {
    const rig = ProtocolRig.started();
    rig.answer('writer');
    rig.answer('critic');
    expect(rig.endAttempt('writer').reply).toMatchObject({
      message:
        'You ended without a decision. Call exactly one of: `vote` for one of agent2.1, agent3.1, or `new_answer` with a better answer.',
    });
  });

  it('starts counting anew with the next turn', () => {
    const rig = ProtocolRig.started();
    rig.endAttempt('writer');
    rig.endAttempt('writer');
    rig.answer('writer');
    rig.answer('critic');
    rig.endAttempt('writer');
    expect(rig.commands('attempt.start')).toMatchObject([{ turn: 2, attempt: 2 }]);
  });
});

describe('a response that decides wrongly', () => {
  it.each([
    'several_votes',
    'several_answers',
    'vote_and_answer',
    'no_answers_yet',
    'unknown_answer',
  ] as const)('counts %s as an attempt, tells why, and asks again', (reason) => {
    const rig = ProtocolRig.started();
    const step = rig.reject('writer', reason);
    expect(step.events).toMatchObject([{ type: 'attempt.rejected', agent: 'writer', attempt: 1, reason }]);
    expect(step.reply).toMatchObject({ type: 'rejected', reason });
    expect(rig.commands('attempt.start')).toMatchObject([{ attempt: 2 }]);
  });

  it('keeps the text of a refused answer in the journal', () => {
    const rig = ProtocolRig.started();
    rig.reject('writer', 'several_answers', 'first half');
    expect(rig.types()).toEqual(['answer.rejected', 'attempt.rejected']);
    expect(rig.all('answer.rejected')).toMatchObject([{ reason: 'several_answers', text: 'first half' }]);
  });

  it('refuses a vote while the voter was shown nothing', () => {
    const rig = ProtocolRig.started();
    rig.answer('critic');
    expect(rig.vote('writer', 'critic').reply).toMatchObject({ reason: 'no_answers_yet' });
    expect(rig.mode('writer')).toBe('working');
  });

  it.each(['agent9.1', 'agent2.2', 'agent2.0', 'critic.1', 'critic', '', 'agent2.1.1', 'the second one'])(
    'refuses a vote for %j, which is not on offer',
    (target) => {
      const rig = ProtocolRig.started();
      rig.answer('writer');
      rig.answer('critic');
      expect(rig.voteFor('writer', target).reply).toEqual({
        type: 'rejected',
        reason: 'unknown_answer',
        message:
          'You voted for an answer that is not on offer. On offer: agent2.1, agent3.1. Call exactly one of: `vote` for one of agent2.1, agent3.1, or `new_answer` with a better answer.',
      });
    },
  );

  it('refuses an empty answer', () => {
    const rig = ProtocolRig.started();
    expect(rig.answer('writer', '  ').reply).toMatchObject({ type: 'rejected', reason: 'empty_answer' });
    expect(rig.state.answers).toEqual([]);
  });

  it("refuses a copy of a peer's answer, counts the attempt and delivers the answers there are", () => {
    const rig = ProtocolRig.started();
    rig.answer('writer', 'forty-two');
    const step = rig.answer('critic', 'forty-two');
    expect(step.reply).toMatchObject({ type: 'rejected', reason: 'duplicate_answer' });
    expect(rig.types()).toEqual(['answer.rejected', 'update.injected', 'attempt.rejected']);
    expect(rig.agent('critic')).toMatchObject({ shown: rig.newest(), attempt: 2, answers: 0 });
    expect(rig.commands('attempt.start')[0]?.followUp).toContain('agent3.1');
    expect(rig.vote('critic', 'writer').reply).toEqual({ type: 'accepted', label: 'writer.1' });
  });

  it('refuses a copy of an own earlier answer', () => {
    const rig = ProtocolRig.started();
    rig.answer('writer', 'one');
    rig.answer('critic', 'two');
    rig.answer('writer', 'three');
    expect(rig.turn('writer')).toBe(3);
    expect(rig.answer('writer', 'one').reply).toMatchObject({ reason: 'duplicate_answer' });
  });

  it('refuses an answer beyond the limit and offers only the vote', () => {
    const rig = ProtocolRig.started({ maxNewAnswersPerAgent: 1 });
    rig.answer('writer');
    rig.answer('critic');
    expect(rig.commands('turn.start')).toMatchObject([{ mayAnswer: false }, { mayAnswer: false }]);
    const step = rig.answer('writer', 'once more');
    expect(step.reply).toEqual({
      type: 'rejected',
      reason: 'answer_limit',
      message: 'No further answers are accepted from you. Call `vote` for one of agent2.1, agent3.1.',
    });
    expect(rig.all('answer.rejected')).toMatchObject([{ reason: 'answer_limit', text: 'once more' }]);
  });

  it('fails the turn at the third wrong response, whatever was wrong with each', () => {
    const rig = ProtocolRig.started();
    rig.reject('writer', 'several_votes');
    rig.answer('writer', '');
    rig.reject('writer', 'vote_and_answer', 'half');
    expect(rig.types()).toEqual(['answer.rejected', 'attempt.rejected', 'turn.failed']);
    expect(rig.commands('attempt.start')).toEqual([]);
    expect(rig.commands('backoff.start')).toEqual([{ type: 'backoff.start', agent: 'writer', ms: 1_000 }]);
  });
});
