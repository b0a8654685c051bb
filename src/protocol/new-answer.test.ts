/** Whom a new answer reaches, and when: inject, restart, wait, and the two caps. */
import { describe, expect, it } from 'vitest';
import { ProtocolRig, type RigOptions } from './protocol-rig.test-support.ts';

/** Writer and critic are on their second turn, shown both answers; editor is on its first draft. */
function twoAnswered(options: RigOptions = {}): ProtocolRig {
  const rig = ProtocolRig.started(options);
  rig.answer('writer');
  rig.answer('critic');
  rig.safePoint('writer');
  return rig;
}

describe('inject', () => {
  it('cancels nothing and delivers a new answer at the next safe point, once', () => {
    const rig = twoAnswered();
    const seen = rig.newest();
    rig.answer('critic');
    expect(rig.commands('turn.cancel')).toEqual([]);
    const step = rig.safePoint('writer');
    expect(step.events).toEqual([{ type: 'update.injected', agent: 'writer', turn: 2, shown: rig.newest() }]);
    expect(step.reply).toEqual({ type: 'update', from: seen, shown: rig.newest() });
    expect(rig.safePoint('writer')).toMatchObject({ events: [], commands: [] });
    expect(rig.last.reply).toBeUndefined();
  });

  it('delivers several new answers together', () => {
    const rig = twoAnswered();
    const seen = rig.newest();
    rig.answer('critic');
    rig.answer('editor');
    expect(rig.safePoint('writer').reply).toEqual({ type: 'update', from: seen, shown: rig.newest() });
  });

  it('accepts a better answer of an agent that has not looked at the news yet', () => {
    const rig = twoAnswered();
    rig.answer('critic');
    expect(rig.answer('writer').reply).toEqual({ type: 'accepted', label: 'writer.2' });
  });

  it('leaves a first draft alone, at safe points too', () => {
    const rig = twoAnswered();
    expect(rig.safePoint('editor').events).toEqual([]);
    expect(rig.agent('editor')).toMatchObject({ turn: 1, shown: 0, mode: 'working' });
    expect(rig.answer('editor').reply).toEqual({ type: 'accepted', label: 'editor.1' });
  });

  it('shows the answers to an agent whose first draft failed', () => {
    const rig = twoAnswered();
    rig.fail('editor');
    rig.endBackoff('editor');
    expect(rig.commands('turn.start')).toMatchObject([{ agent: 'editor', turn: 2, shown: rig.newest() }]);
    rig.answer('critic');
    expect(rig.safePoint('editor').reply).toMatchObject({ type: 'update' });
  });
});

describe('restart', () => {
  it('cancels the turns of agents at work and starts them again with the new answer', () => {
    const rig = twoAnswered({ onNewAnswer: 'restart' });
    const step = rig.answer('critic');
    expect(step.events).toMatchObject([
      { type: 'answer.submitted', label: 'critic.2' },
      { type: 'turn.finished', agent: 'critic' },
      { type: 'turn.interrupted', agent: 'writer', turn: 2, reason: 'restart' },
      { type: 'turn.started', agent: 'writer', turn: 3, shown: rig.newest() },
      { type: 'turn.started', agent: 'critic', turn: 3, shown: rig.newest() },
    ]);
    expect(step.commands).toMatchObject([
      { type: 'turn.cancel', agent: 'writer', turn: 2, reason: 'restart' },
      { type: 'turn.start', agent: 'writer', turn: 3 },
      { type: 'turn.start', agent: 'critic', turn: 3 },
    ]);
  });

  it('counts no failure for the turn it cancels', () => {
    const rig = twoAnswered({ onNewAnswer: 'restart' });
    rig.endAttempt('writer');
    rig.answer('critic');
    expect(rig.agent('writer')).toMatchObject({ attempt: 1, failuresInRow: 0 });
  });

  it('leaves a first draft alone', () => {
    const rig = twoAnswered({ onNewAnswer: 'restart' });
    rig.answer('critic');
    rig.answer('critic');
    expect(rig.agent('editor')).toMatchObject({ turn: 1, mode: 'working', shown: 0 });
    expect(rig.all('turn.interrupted').map((event) => event.agent)).not.toContain('editor');
  });

  it('delivers nothing at safe points: nobody who works is ever behind', () => {
    const rig = twoAnswered({ onNewAnswer: 'restart' });
    rig.answer('critic');
    expect(rig.safePoint('writer').events).toEqual([]);
    expect(rig.safePoint('editor').events).toEqual([]);
  });
});

describe('wait', () => {
  it('gives no second turn before every living agent is past its first draft', () => {
    const rig = ProtocolRig.started({ onNewAnswer: 'wait' });
    rig.answer('writer');
    expect(rig.answer('critic').commands).toEqual([]);
    const step = rig.answer('editor');
    expect(step.commands).toMatchObject([
      { type: 'turn.start', agent: 'writer', shown: rig.newest() },
      { type: 'turn.start', agent: 'critic', shown: rig.newest() },
      { type: 'turn.start', agent: 'editor', shown: rig.newest() },
    ]);
  });

  it('keeps the answers from an agent whose first draft failed, so that it drafts for itself', () => {
    const rig = ProtocolRig.started({ onNewAnswer: 'wait' });
    rig.answer('writer');
    rig.answer('critic');
    rig.fail('editor');
    rig.endBackoff('editor');
    expect(rig.commands('turn.start')).toEqual([
      { type: 'turn.start', agent: 'editor', turn: 2, shown: 0, mayAnswer: true },
    ]);
  });

  it('waits for no agent that was retired', () => {
    const rig = ProtocolRig.started({ onNewAnswer: 'wait' });
    rig.answer('writer');
    rig.answer('critic');
    rig.fail('editor', true);
    expect(rig.commands('turn.start').map((command) => command.agent)).toEqual(['writer', 'critic']);
  });

  it('disturbs nobody with a later answer; a vote that missed it is asked again', () => {
    const rig = ProtocolRig.started({ onNewAnswer: 'wait' });
    for (const id of ['writer', 'critic', 'editor']) rig.answer(id);
    const step = rig.answer('editor');
    expect(step.commands).toMatchObject([{ type: 'turn.start', agent: 'editor' }]);
    expect(rig.safePoint('writer').events).toEqual([]);
    expect(rig.vote('writer', 'critic').reply).toMatchObject({ type: 'again', shown: rig.newest() });
  });

  it('opens the vote when the run may have no more answers, even while first drafts are under way', () => {
    const rig = ProtocolRig.started({ onNewAnswer: 'wait', maxNewAnswersGlobal: 2 });
    rig.answer('writer');
    const step = rig.answer('critic');
    expect(step.commands).toMatchObject([
      { agent: 'writer', shown: rig.newest(), mayAnswer: false },
      { agent: 'critic', shown: rig.newest(), mayAnswer: false },
    ]);
    expect(rig.mode('editor')).toBe('working');
    expect(rig.turn('editor')).toBe(1);
  });
});

describe('wait, when the run may have no more answers', () => {
  it('shows the answers to an agent whose first draft failed: it can only vote', () => {
    const rig = ProtocolRig.started({ onNewAnswer: 'wait', maxNewAnswersGlobal: 2 });
    rig.answer('writer');
    rig.answer('critic');
    rig.fail('editor');
    rig.endBackoff('editor');
    expect(rig.commands('turn.start')).toEqual([
      { type: 'turn.start', agent: 'editor', turn: 2, shown: rig.newest(), mayAnswer: false },
    ]);
  });
});

describe('the limit of answers per agent', () => {
  it('no longer offers new_answer to an agent that has given that many', () => {
    const rig = twoAnswered({ maxNewAnswersPerAgent: 2 });
    rig.answer('writer');
    expect(rig.commands('turn.start')).toMatchObject([{ agent: 'writer', mayAnswer: false }]);
    expect(rig.agent('critic').mayAnswer).toBe(true);
  });

  it('brings a team that never votes to an end', () => {
    const rig = ProtocolRig.started({ maxNewAnswersPerAgent: 2 });
    for (let round = 0; round < 2; round += 1) {
      for (const id of ['writer', 'critic', 'editor']) rig.answer(id);
    }
    for (let failure = 0; failure < 3; failure += 1) {
      for (const id of ['writer', 'critic', 'editor']) {
        if (rig.mode(id) === 'backoff') rig.endBackoff(id);
        for (let attempt = 0; attempt < 3 && rig.mode(id) === 'working'; attempt += 1) rig.answer(id);
      }
    }
    expect(rig.state.phase).toBe('presenting');
    expect(rig.state.answers).toHaveLength(6);
    expect(rig.state.winner?.rule).toBe('last_living');
  });
});

describe('the limit of answers of the run', () => {
  it('shows the answers to a first draft that came too late, costs it no attempt, and keeps its text', () => {
    const rig = twoAnswered({ maxNewAnswersGlobal: 2 });
    const step = rig.answer('editor', 'came too late');
    expect(step.events).toEqual([
      { type: 'answer.rejected', agent: 'editor', turn: 1, reason: 'answer_limit', text: 'came too late' },
      { type: 'update.injected', agent: 'editor', turn: 1, shown: rig.newest() },
    ]);
    expect(step.reply).toEqual({ type: 'again', shown: rig.newest(), mayAnswer: false });
    expect(rig.agent('editor')).toMatchObject({ mode: 'working', attempt: 1 });
    expect(rig.vote('editor', 'critic').reply).toEqual({ type: 'accepted', label: 'critic.1' });
  });

  it('does the same for an agent at work that was not shown the last answer', () => {
    const rig = twoAnswered({ maxNewAnswersGlobal: 3 });
    rig.answer('critic');
    expect(rig.agent('writer').mayAnswer).toBe(true);
    expect(rig.answer('writer').reply).toMatchObject({ type: 'again', mayAnswer: false });
    expect(rig.agent('writer').attempt).toBe(1);
  });

  it('offers no further answer to an agent that is told of the last one at a safe point', () => {
    const rig = twoAnswered({ maxNewAnswersGlobal: 3 });
    expect(rig.agent('writer').mayAnswer).toBe(true);
    rig.answer('critic');
    rig.safePoint('writer');
    expect(rig.agent('writer')).toMatchObject({ shown: rig.newest(), mayAnswer: false });
    expect(rig.answer('writer').reply).toMatchObject({ reason: 'answer_limit' });
  });

  it('counts an attempt of an agent that knew', () => {
    const rig = twoAnswered({ maxNewAnswersGlobal: 2 });
    rig.answer('editor');
    const again = rig.answer('editor', 'insisting');
    expect(again.reply).toEqual({
      type: 'rejected',
      reason: 'answer_limit',
      message: 'No further answers are accepted from you. Call `vote` for one of agent2.1, agent3.1.',
    });
    expect(rig.agent('editor').attempt).toBe(2);
  });

  it('wakes an author that waits alone, for there will be no other answer', () => {
    const rig = ProtocolRig.started({ maxNewAnswersGlobal: 1 });
    const step = rig.answer('writer');
    expect(step.commands).toMatchObject([{ type: 'turn.start', agent: 'writer', mayAnswer: false }]);
  });

  it('holds for the whole run', () => {
    const rig = ProtocolRig.started({ maxNewAnswersGlobal: 2, onNewAnswer: 'restart' });
    for (const id of ['writer', 'critic', 'editor']) rig.answer(id);
    expect(rig.state.answers.map((answer) => answer.label)).toEqual(['writer.1', 'critic.1']);
  });
});
