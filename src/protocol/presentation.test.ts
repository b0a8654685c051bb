/** The last act: who presents by which strategy, and what is left when that goes wrong. */
import { describe, expect, it } from 'vitest';
import type { FinalAnswerStrategy } from '../events/run-event.ts';
import { broken, ProtocolRig, type RigOptions } from './protocol-rig.test-support.ts';

/** Critic has won with its stored answer `stored words` and files `sha256-stored`. */
function won(options: RigOptions = {}): ProtocolRig {
  const rig = ProtocolRig.started({ onNewAnswer: 'wait', ...options });
  rig.answer('writer');
  rig.feed({
    type: 'answer',
    agent: 'critic',
    turn: 1,
    text: 'stored words',
    comparable: 'stored words',
    snapshot: 'sha256-stored',
  });
  rig.answer('editor');
  for (const id of ['writer', 'critic', 'editor']) rig.vote(id, 'critic');
  return rig;
}

const stored = { text: 'stored words', source: 'stored', snapshot: 'sha256-stored' };

describe('the strategy', () => {
  it.each(['winner_present', 'synthesize'] as const)('%s gives the winner a final turn', (strategy) => {
    const rig = won({ finalAnswerStrategy: strategy });
    expect(rig.last.commands).toEqual([{ type: 'presentation.start', agent: 'critic', turn: 3, strategy }]);
    expect(rig.all('presentation.started')).toMatchObject([{ agent: 'critic', turn: 3, strategy }]);
  });

  it('winner_reuse takes the answer and the files as they were submitted', () => {
    const rig = won({ finalAnswerStrategy: 'winner_reuse' });
    expect(rig.last.commands).toEqual([{ type: 'final.write' }]);
    expect(rig.all('presentation.finished')).toMatchObject([stored]);
  });

  it('winner_reuse gives way to a final turn that has effects to carry out', () => {
    const rig = won({ finalAnswerStrategy: 'winner_reuse', finalTurnRequired: true });
    expect(rig.commands('presentation.start')).toMatchObject([{ strategy: 'winner_present' }]);
  });

  it.each(['winner_present', 'synthesize'] as const)(
    '%s is not asked of a winner that was retired',
    (strategy: FinalAnswerStrategy) => {
      const rig = ProtocolRig.started({ finalAnswerStrategy: strategy, finalTurnRequired: true });
      rig.answer('writer', 'kept');
      rig.answer('critic');
      rig.fail('writer', true);
      rig.fail('editor');
      rig.endBackoff('editor');
      rig.vote('editor', 'writer');
      rig.vote('critic', 'writer');
      expect(rig.all('presentation.started')).toMatchObject([{ agent: 'writer', strategy: 'winner_reuse' }]);
      expect(rig.all('presentation.finished')).toMatchObject([{ text: 'kept', source: 'stored' }]);
    },
  );
});

describe('a presentation', () => {
  it('that succeeds is the result, with the files it left', () => {
    const rig = won();
    const step = rig.present('final words', { snapshot: 'sha256-final' });
    expect(step.events).toEqual([
      {
        type: 'presentation.finished',
        agent: 'critic',
        turn: 3,
        text: 'final words',
        source: 'presented',
        snapshot: 'sha256-final',
      },
    ]);
    expect(step.commands).toEqual([{ type: 'final.write' }]);
  });

  it('that leaves no files of its own keeps those of the answer', () => {
    const rig = won();
    rig.present('final words');
    expect(rig.all('presentation.finished')).toMatchObject([
      { text: 'final words', source: 'presented', snapshot: 'sha256-stored' },
    ]);
  });

  it('that fails falls back to the stored answer and files, with the cause', () => {
    const rig = won();
    rig.present('half a sen', { error: broken, snapshot: 'sha256-half' });
    expect(rig.all('presentation.finished')).toMatchObject([{ ...stored, error: broken }]);
  });

  it.each(['', ' \n\t'])('that says nothing (%j) falls back to the stored answer and files', (text) => {
    const rig = won();
    rig.present(text, { snapshot: 'sha256-final' });
    expect(rig.all('presentation.finished')).toMatchObject([stored]);
  });

  it('that takes too long is ended and falls back', () => {
    const rig = won();
    const step = rig.limit('presentation_timeout');
    expect(step.commands).toEqual([
      { type: 'turn.cancel', agent: 'critic', turn: 3, reason: 'limit' },
      { type: 'final.write' },
    ]);
    expect(rig.all('presentation.finished')).toMatchObject([{ ...stored, error: { code: 'MG1703' } }]);
    rig.written();
    expect(rig.all('run.finished')).toMatchObject([{ outcome: 'answered', winner: 'critic.1' }]);
  });

  it('that the user stops is ended and falls back', () => {
    const rig = won();
    rig.limit('user_stop');
    expect(rig.commands('turn.cancel')).toHaveLength(1);
    expect(rig.all('presentation.finished')).toMatchObject([{ ...stored, error: { code: 'MG1704' } }]);
  });

  it('is not the business of the time limit of the coordination', () => {
    const rig = won();
    expect(rig.limit('orchestrator_timeout')).toMatchObject({ events: [], commands: [] });
  });

  it('that is over hears of no limit and no second end', () => {
    const rig = won();
    rig.present('final words');
    for (const limit of ['presentation_timeout', 'user_stop'] as const) {
      expect(rig.limit(limit)).toMatchObject({ events: [], commands: [] });
    }
    expect(rig.present('other words')).toMatchObject({ events: [], commands: [] });
    expect(rig.all('presentation.finished')).toHaveLength(1);
  });

  it('ends only by its own turn and its own agent', () => {
    const rig = won();
    const other = { type: 'presentation.ended', text: 'not mine' } as const;
    expect(rig.feed({ ...other, agent: 'critic', turn: 2 }).events).toEqual([]);
    expect(rig.feed({ ...other, agent: 'writer', turn: 3 }).events).toEqual([]);
    expect(rig.feed({ ...other, agent: 'nobody', turn: 3 }).events).toEqual([]);
    expect(rig.state.phase).toBe('presenting');
  });
});

describe('the end of the run', () => {
  it('comes when the result is in its final place, once', () => {
    const rig = won();
    rig.present('final words');
    const step = rig.written();
    expect(step.events).toEqual([{ type: 'run.finished', outcome: 'answered', winner: 'critic.1' }]);
    expect(step.commands).toEqual([{ type: 'run.end' }]);
    expect(rig.written()).toMatchObject({ events: [], commands: [] });
  });

  it('does not come while the presentation is under way', () => {
    const rig = won();
    expect(rig.written()).toMatchObject({ events: [], commands: [] });
    expect(rig.state.phase).toBe('presenting');
  });

  it('does not come while agents are at work', () => {
    const rig = ProtocolRig.started();
    rig.answer('writer');
    expect(rig.written()).toMatchObject({ events: [], commands: [] });
    expect(rig.state.phase).toBe('coordinating');
  });
});
