/** A run taken up again: after a crash between any two entries of the journal, and after a limit. */
import { describe, expect, it } from 'vitest';
import type { DurableEventBody } from '../events/run-event.ts';
import { ProtocolRig, type RigOptions } from './protocol-rig.test-support.ts';

/** Crashes right after the last event of this type. */
function crashAfter(rig: ProtocolRig, type: DurableEventBody['type']): void {
  const kept = rig.journal.findLastIndex((event) => event.type === type) + 1;
  expect(kept).toBeGreaterThan(0);
  rig.crash(kept);
}

function allAnswered(options: RigOptions = {}): ProtocolRig {
  const rig = ProtocolRig.started({ onNewAnswer: 'wait', ...options });
  for (const { id } of rig.config.agents) rig.answer(id);
  return rig;
}

describe('resume while agents are at work', () => {
  it('says so, and starts the turns that were under way again with a new number', () => {
    const rig = ProtocolRig.started();
    rig.answer('writer');
    const before = rig.journal.length;
    const step = rig.resume();
    expect(step.events).toEqual([
      { type: 'run.resumed', after: before, program: '0.0.0-test' },
      { type: 'turn.interrupted', agent: 'critic', turn: 1, reason: 'crash' },
      { type: 'turn.interrupted', agent: 'editor', turn: 1, reason: 'crash' },
      { type: 'turn.started', agent: 'critic', turn: 2, shown: rig.newest(), mayAnswer: true },
      { type: 'turn.started', agent: 'editor', turn: 2, shown: rig.newest(), mayAnswer: true },
    ]);
    expect(rig.commands('turn.start').map((command) => command.agent)).toEqual(['critic', 'editor']);
  });

  it('keeps first drafts independent under wait', () => {
    const rig = ProtocolRig.started({ onNewAnswer: 'wait' });
    rig.answer('writer');
    rig.resume();
    expect(rig.commands('turn.start')).toMatchObject([
      { agent: 'critic', shown: 0 },
      { agent: 'editor', shown: 0 },
    ]);
  });

  it('counts no failure and no attempt for the interrupted turn', () => {
    const rig = ProtocolRig.started();
    rig.fail('writer');
    rig.endBackoff('writer');
    rig.endAttempt('writer');
    rig.resume();
    expect(rig.agent('writer')).toMatchObject({ mode: 'working', turn: 3, attempt: 1, failuresInRow: 1 });
  });

  it('does not pause again: an agent in its pause gets its turn at once', () => {
    const rig = ProtocolRig.started();
    rig.fail('writer');
    rig.resume();
    expect(rig.types()).toContain('backoff.ended');
    expect(rig.mode('writer')).toBe('working');
  });

  it('keeps standing votes, and gives their voters no new turn', () => {
    const rig = allAnswered();
    rig.vote('writer', 'critic');
    rig.resume();
    expect(rig.mode('writer')).toBe('voted');
    expect(rig.commands('turn.start').map((command) => command.agent)).toEqual(['critic', 'editor']);
    rig.vote('critic', 'critic');
    rig.vote('editor', 'critic');
    expect(rig.all('winner.selected')[0]?.votes).toHaveLength(3);
  });

  it('leaves the retired retired', () => {
    const rig = ProtocolRig.started();
    rig.fail('writer', true);
    rig.resume();
    expect(rig.mode('writer')).toBe('retired');
  });

  it('before the first turn starts the run', () => {
    const rig = new ProtocolRig();
    rig.resume();
    expect(rig.commands('turn.start')).toHaveLength(3);
  });

  it('may happen again and again', () => {
    const rig = ProtocolRig.started();
    rig.resume();
    rig.crash(rig.journal.length - 2);
    rig.resume();
    expect(rig.state.agents.map((agent) => agent.mode)).toEqual(['working', 'working', 'working']);
    rig.answer('writer');
    expect(rig.state.answers).toHaveLength(1);
  });
});

describe('resume after a crash in the middle of a step', () => {
  it('an answer that was journaled stands, though its turn was not finished', () => {
    const rig = ProtocolRig.started();
    rig.answer('writer');
    crashAfter(rig, 'answer.submitted');
    expect(rig.state.answers.map((answer) => answer.label)).toEqual(['writer.1']);
    expect(rig.mode('writer')).toBe('idle');
  });

  it('voids the votes that the journaled answer would have voided: none counts for what it did not see', () => {
    const rig = allAnswered();
    rig.vote('writer', 'critic');
    rig.vote('critic', 'critic');
    rig.answer('editor');
    crashAfter(rig, 'answer.submitted');
    expect(rig.last.events).toMatchObject([
      { type: 'run.resumed' },
      { type: 'turn.interrupted', agent: 'editor' },
      { type: 'vote.voided', agent: 'writer', for: 'critic.1', reason: 'new_answer' },
      { type: 'vote.voided', agent: 'critic', for: 'critic.1', reason: 'new_answer' },
      { type: 'turn.started', agent: 'writer', shown: rig.newest() },
      { type: 'turn.started', agent: 'critic', shown: rig.newest() },
      { type: 'turn.started', agent: 'editor', shown: rig.newest() },
    ]);
  });

  it('voids the rest when only some of the votes were voided', () => {
    const rig = allAnswered();
    rig.vote('writer', 'critic');
    rig.vote('critic', 'critic');
    rig.answer('editor');
    rig.crash(rig.journal.findIndex((event) => event.type === 'vote.voided') + 1);
    expect(rig.state.voted).toBe(0);
    expect(rig.all('vote.voided')).toHaveLength(2);
  });

  it('never counts a vote for an answer that its author replaced just before the crash', () => {
    const rig = allAnswered();
    rig.vote('writer', 'critic');
    rig.vote('editor', 'critic');
    rig.answer('critic');
    crashAfter(rig, 'answer.submitted');
    rig.vote('critic', 'critic');
    expect(rig.state.phase).toBe('coordinating');
  });

  it('a vote that was journaled stands, though its turn was not finished', () => {
    const rig = allAnswered();
    rig.vote('writer', 'critic');
    crashAfter(rig, 'vote.cast');
    expect(rig.types()).toContain('turn.finished');
    expect(rig.mode('writer')).toBe('voted');
    expect(rig.commands('turn.start').map((command) => command.agent)).toEqual(['critic', 'editor']);
  });

  it('the last vote, cut off from the choice of the winner, leads to the same winner', () => {
    const rig = allAnswered();
    for (const id of ['writer', 'critic', 'editor']) rig.vote(id, 'critic');
    crashAfter(rig, 'vote.cast');
    expect(rig.all('winner.selected')).toMatchObject([{ answer: 'critic.1', rule: 'most_votes' }]);
  });

  it('a failure that was journaled counts, though the agent was not retired yet', () => {
    const rig = ProtocolRig.started();
    rig.retire('writer');
    crashAfter(rig, 'turn.failed');
    expect(rig.mode('writer')).toBe('working');
    rig.fail('writer');
    expect(rig.mode('writer')).toBe('retired');
  });

  it('a limit that was journaled still ends the run', () => {
    const rig = allAnswered();
    rig.limit('orchestrator_timeout');
    crashAfter(rig, 'limit.reached');
    expect(rig.state.phase).toBe('presenting');
    expect(rig.all('winner.selected')).toHaveLength(1);
  });

  it('agents that were cancelled for a restart work again', () => {
    const rig = ProtocolRig.started({ onNewAnswer: 'restart' });
    rig.answer('writer');
    rig.answer('critic');
    rig.answer('critic');
    crashAfter(rig, 'turn.interrupted');
    expect(rig.state.agents.map((agent) => agent.mode)).toEqual(['working', 'working', 'working']);
  });
});

describe('resume while presenting', () => {
  function presenting(options: RigOptions = {}): ProtocolRig {
    const rig = allAnswered(options);
    for (const id of ['writer', 'critic', 'editor']) rig.vote(id, 'critic');
    return rig;
  }

  it('starts the presentation again, with a new turn and the same winner', () => {
    const rig = presenting();
    rig.resume();
    expect(rig.last.commands).toEqual([
      { type: 'presentation.start', agent: 'critic', turn: 4, strategy: 'winner_present' },
    ]);
    expect(rig.all('winner.selected')).toHaveLength(1);
    expect(rig.feed({ type: 'presentation.ended', agent: 'critic', turn: 3, text: 'old' }).events).toEqual(
      [],
    );
    rig.present('new');
    expect(rig.all('presentation.finished')).toMatchObject([{ turn: 4, text: 'new' }]);
  });

  it('starts it when only the winner was journaled', () => {
    const rig = presenting();
    crashAfter(rig, 'winner.selected');
    expect(rig.commands('presentation.start')).toMatchObject([{ agent: 'critic', turn: 3 }]);
  });

  it('takes the stored answer when that was the strategy', () => {
    const rig = presenting({ finalAnswerStrategy: 'winner_reuse' });
    crashAfter(rig, 'presentation.started');
    expect(rig.last.commands).toEqual([{ type: 'final.write' }]);
  });

  it('does not present a second time what was presented: it writes the result', () => {
    const rig = presenting();
    rig.present('final words');
    rig.resume();
    expect(rig.types()).toEqual(['run.resumed']);
    expect(rig.last.commands).toEqual([{ type: 'final.write' }]);
    rig.written();
    expect(rig.state.outcome).toBe('answered');
  });

  it('does so after a limit of the presentation was journaled but not its end', () => {
    const rig = presenting();
    rig.limit('presentation_timeout');
    crashAfter(rig, 'limit.reached');
    rig.present('on the second try');
    rig.written();
    expect(rig.all('run.finished')).toMatchObject([{ outcome: 'answered' }]);
    expect(rig.all('run.finished')[0]).not.toHaveProperty('limited');
  });
});

describe('resume of a run that has ended', () => {
  it('by its time limit goes on where it stood, with all answers and votes', () => {
    const rig = allAnswered();
    rig.vote('writer', 'critic');
    rig.limit('orchestrator_timeout');
    rig.present('early words');
    rig.written();
    rig.resume();
    expect(rig.state).toMatchObject({ phase: 'coordinating', voted: 1 });
    expect(rig.state.limited).toBeUndefined();
    expect(rig.state.winner).toBeUndefined();
    expect(rig.state.presentation).toBeUndefined();
    expect(rig.state.outcome).toBeUndefined();
    expect(rig.commands('turn.start').map((command) => command.agent)).toEqual(['critic', 'editor']);
    rig.vote('critic', 'editor');
    rig.vote('editor', 'editor');
    rig.present('later words');
    rig.written();
    expect(rig.all('run.finished').at(-1)).toEqual({
      type: 'run.finished',
      outcome: 'answered',
      winner: 'editor.1',
      seq: rig.journal.length,
    });
  });

  it('by the user, before any answer, starts all turns again', () => {
    const rig = ProtocolRig.started();
    rig.limit('user_stop');
    rig.resume();
    expect(rig.commands('turn.start')).toHaveLength(3);
    expect(rig.state.error).toBeUndefined();
  });

  it('because all agents failed gives each of them its three tries again', () => {
    const rig = ProtocolRig.started();
    for (const id of ['writer', 'critic', 'editor']) rig.fail(id, true);
    expect(rig.state.outcome).toBe('all_failed');
    rig.resume();
    expect(rig.state).toMatchObject({ phase: 'coordinating', living: 3 });
    rig.fail('writer');
    expect(rig.all('turn.failed').at(-1)).toMatchObject({ failures: 1 });
    rig.answer('critic');
    expect(rig.state.answers).toHaveLength(1);
  });

  it('gives a turn again to a winner that presented', () => {
    const rig = ProtocolRig.started();
    rig.answer('writer');
    rig.answer('critic');
    rig.limit('orchestrator_timeout');
    const presented = rig.turn('writer');
    rig.present('early words');
    rig.written();
    rig.resume();
    expect(rig.turn('writer')).toBe(presented + 1);
    expect(rig.vote('writer', 'critic').reply).toMatchObject({ type: 'accepted' });
  });
});
