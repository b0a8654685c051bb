/** Votes are bound to what their voter was shown; they stand until a newer answer exists. */
import { describe, expect, it } from 'vitest';
import { ProtocolRig, type RigOptions } from './protocol-rig.test-support.ts';

function allAnswered(options: RigOptions = {}): ProtocolRig {
  const rig = ProtocolRig.started(options);
  rig.answer('writer');
  rig.answer('critic');
  rig.answer('editor');
  rig.safePoint('writer');
  rig.safePoint('critic');
  return rig;
}

describe('a vote', () => {
  it('is bound to the answers its voter was shown', () => {
    const rig = allAnswered();
    const step = rig.vote('writer', 'editor');
    expect(step.events).toEqual([
      {
        type: 'vote.cast',
        agent: 'writer',
        turn: 2,
        for: 'editor.1',
        reason: 'because agent1.1',
        shown: rig.newest(),
      },
      { type: 'turn.finished', agent: 'writer', turn: 2, decision: 'vote' },
    ]);
    expect(rig.agent('writer').vote).toEqual({
      author: 2,
      label: 'editor.1',
      reason: 'because agent1.1',
      turn: 2,
    });
  });

  it('may be for oneself', () => {
    const rig = allAnswered();
    expect(rig.vote('writer', 'writer').reply).toEqual({ type: 'accepted', label: 'writer.1' });
  });

  it('may name the alias alone, which means the latest answer of that agent', () => {
    const rig = allAnswered();
    expect(rig.voteFor('writer', ' agent1 ').reply).toEqual({ type: 'accepted', label: 'editor.1' });
  });

  it('is refused for an answer that its author has replaced, once the voter was shown the new one', () => {
    const rig = allAnswered();
    rig.answer('editor');
    rig.safePoint('writer');
    expect(rig.voteFor('writer', 'agent1.1').reply).toMatchObject({ reason: 'unknown_answer' });
    expect(rig.voteFor('writer', 'agent1.2').reply).toEqual({ type: 'accepted', label: 'editor.2' });
  });

  it('is refused for an answer that does not exist, however much is unseen', () => {
    const rig = allAnswered();
    rig.answer('editor');
    expect(rig.voteFor('writer', 'agent1.3').reply).toMatchObject({ reason: 'unknown_answer' });
  });
});

describe('a stale vote', () => {
  it('is voided with the reason, delivers the new answers, and costs no attempt', () => {
    const rig = allAnswered();
    rig.answer('editor');
    const step = rig.voteFor('writer', 'agent2.1');
    expect(step.events).toEqual([
      { type: 'vote.voided', agent: 'writer', turn: 2, for: 'critic.1', reason: 'stale' },
      { type: 'update.injected', agent: 'writer', turn: 2, shown: rig.newest() },
    ]);
    expect(step.reply).toEqual({ type: 'again', shown: rig.newest(), mayAnswer: true });
    expect(step.commands).toEqual([]);
    expect(rig.agent('writer')).toMatchObject({ mode: 'working', attempt: 1, failuresInRow: 0 });
    expect(rig.agent('writer').vote).toBeUndefined();
  });

  it('is one, and no error, when the answer it names was replaced unseen', () => {
    const rig = allAnswered();
    rig.answer('editor');
    const step = rig.voteFor('writer', 'agent1.1');
    expect(step.reply).toMatchObject({ type: 'again' });
    expect(step.events).toMatchObject([{ type: 'vote.voided', for: 'editor.1', reason: 'stale' }, {}]);
  });

  it('is stale too when the answer it names is still the latest of its author', () => {
    const rig = allAnswered();
    rig.answer('editor');
    expect(rig.vote('critic', 'writer').reply).toMatchObject({ type: 'again' });
    expect(rig.vote('critic', 'writer').reply).toEqual({ type: 'accepted', label: 'writer.1' });
  });

  it('is one for an answer that its voter was not shown but found by itself, too', () => {
    const rig = allAnswered();
    rig.answer('editor');
    const step = rig.voteFor('writer', 'agent1.2');
    expect(step.events).toMatchObject([
      { type: 'vote.voided', agent: 'writer', for: 'editor.2', reason: 'stale' },
      { type: 'update.injected', agent: 'writer', shown: rig.newest() },
    ]);
    expect(rig.agent('writer').attempt).toBe(1);
    expect(rig.voteFor('writer', 'agent1.2').reply).toEqual({ type: 'accepted', label: 'editor.2' });
  });

  it('says that no more answers are accepted when that is so', () => {
    const rig = allAnswered({ maxNewAnswersGlobal: 4 });
    rig.answer('editor');
    expect(rig.vote('critic', 'writer').reply).toEqual({
      type: 'again',
      shown: rig.newest(),
      mayAnswer: false,
    });
  });

  it('never fails a turn, however often it happens', () => {
    const rig = allAnswered({ maxNewAnswersPerAgent: 10 });
    for (let round = 0; round < 6; round += 1) {
      rig.answer('editor');
      expect(rig.vote('writer', 'critic').reply).toMatchObject({ type: 'again' });
    }
    expect(rig.agent('writer')).toMatchObject({ attempt: 1, failuresInRow: 0, turn: 2 });
    expect(rig.vote('writer', 'critic').reply).toEqual({ type: 'accepted', label: 'critic.1' });
  });
});

describe('standing votes', () => {
  it('are all voided by a new answer, with the reason, and their voters decide again', () => {
    const rig = allAnswered();
    rig.vote('writer', 'critic');
    rig.vote('critic', 'critic');
    const step = rig.answer('editor');
    expect(step.events).toMatchObject([
      { type: 'answer.submitted', label: 'editor.2' },
      { type: 'turn.finished', agent: 'editor' },
      { type: 'vote.voided', agent: 'writer', turn: 2, for: 'critic.1', reason: 'new_answer' },
      { type: 'vote.voided', agent: 'critic', turn: 2, for: 'critic.1', reason: 'new_answer' },
      { type: 'turn.started', agent: 'writer', turn: 3, shown: rig.newest() },
      { type: 'turn.started', agent: 'critic', turn: 3, shown: rig.newest() },
      { type: 'turn.started', agent: 'editor', turn: 3, shown: rig.newest() },
    ]);
    expect(rig.state.voted).toBe(0);
  });

  it('end the coordination when every living agent has one', () => {
    const rig = allAnswered();
    rig.vote('writer', 'critic');
    rig.vote('critic', 'writer');
    expect(rig.state.phase).toBe('coordinating');
    rig.vote('editor', 'critic');
    expect(rig.state.phase).toBe('presenting');
    expect(rig.all('winner.selected')).toMatchObject([
      {
        agent: 'critic',
        answer: 'critic.1',
        rule: 'most_votes',
        votes: [
          { agent: 'writer', for: 'critic.1', reason: 'because agent2.1' },
          { agent: 'critic', for: 'writer.1', reason: 'because agent3.1' },
          { agent: 'editor', for: 'critic.1', reason: 'because agent2.1' },
        ],
      },
    ]);
  });

  it('do not wait for the votes of agents that were retired', () => {
    const rig = allAnswered();
    rig.vote('writer', 'editor');
    rig.vote('critic', 'editor');
    rig.fail('editor', true);
    expect(rig.all('winner.selected')).toMatchObject([{ agent: 'editor', rule: 'most_votes' }]);
  });
});
