/** Failed turns, pauses, retirement, and the limits of one turn. */
import { describe, expect, it } from 'vitest';
import { backoffMs } from './protocol-config.ts';
import { broken, ProtocolRig } from './protocol-rig.test-support.ts';

describe('a failed turn', () => {
  it('is followed by a pause, then by a new turn', () => {
    const rig = ProtocolRig.started();
    const step = rig.fail('writer');
    expect(step.events).toEqual([
      { type: 'turn.failed', agent: 'writer', turn: 1, error: broken, failures: 1, retryInMs: 1_000 },
    ]);
    expect(step.commands).toEqual([{ type: 'backoff.start', agent: 'writer', ms: 1_000 }]);
    expect(rig.endBackoff('writer').commands).toMatchObject([
      { type: 'turn.start', agent: 'writer', turn: 2 },
    ]);
  });

  it('waits longer after the second failure in a row', () => {
    const rig = ProtocolRig.started();
    rig.fail('writer');
    rig.endBackoff('writer');
    rig.fail('writer');
    expect(rig.commands('backoff.start')).toEqual([{ type: 'backoff.start', agent: 'writer', ms: 2_000 }]);
  });

  it('retires the agent at the third failure in a row', () => {
    const rig = ProtocolRig.started();
    const step = rig.retire('writer');
    expect(step.events).toEqual([
      { type: 'turn.failed', agent: 'writer', turn: 3, error: broken, failures: 3 },
      { type: 'agent.retired', agent: 'writer', failures: 3, error: broken },
    ]);
    expect(rig.commands('backoff.start')).toEqual([]);
    expect(rig.mode('writer')).toBe('retired');
    expect(rig.state.living).toBe(2);
  });

  it('counts only failures in a row: a decision in between starts anew', () => {
    const rig = ProtocolRig.started();
    rig.fail('writer');
    rig.endBackoff('writer');
    rig.fail('writer');
    rig.endBackoff('writer');
    rig.answer('writer');
    expect(rig.agent('writer').failuresInRow).toBe(0);
    rig.answer('critic');
    rig.fail('writer');
    expect(rig.all('turn.failed').at(-1)).toMatchObject({ failures: 1, retryInMs: 1_000 });
  });

  it('does not reset the count when the turn is only restarted', () => {
    const rig = ProtocolRig.started({ onNewAnswer: 'restart' });
    rig.answer('writer');
    rig.answer('critic');
    rig.fail('writer');
    rig.endBackoff('writer');
    rig.answer('critic');
    expect(rig.agent('writer')).toMatchObject({ mode: 'working', failuresInRow: 1 });
  });

  it('that is fatal retires the agent at once', () => {
    const rig = ProtocolRig.started();
    const step = rig.fail('writer', true);
    expect(step.events).toMatchObject([
      { type: 'turn.failed', failures: 1 },
      { type: 'agent.retired', agent: 'writer', failures: 1, error: broken },
    ]);
    expect(step.events[0]).not.toHaveProperty('retryInMs');
    expect(rig.commands('turn.start')).toEqual([]);
  });
});

describe('the pause', () => {
  it('doubles from one second and is never longer than thirty', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 40].map(backoffMs)).toEqual([
      1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000,
    ]);
  });

  it('ends only for an agent that pauses', () => {
    const rig = ProtocolRig.started();
    expect(rig.endBackoff('writer')).toMatchObject({ events: [], commands: [] });
    expect(rig.endBackoff('nobody')).toMatchObject({ events: [], commands: [] });
  });
});

describe('a retired agent', () => {
  it('keeps its answers as candidates', () => {
    const rig = ProtocolRig.started();
    rig.answer('writer');
    rig.answer('critic');
    rig.fail('writer', true);
    rig.vote('critic', 'writer');
    rig.answer('editor');
    rig.vote('critic', 'writer');
    rig.vote('editor', 'writer');
    expect(rig.all('winner.selected')).toMatchObject([
      { agent: 'writer', answer: 'writer.1', rule: 'most_votes' },
    ]);
  });

  it('gets no turn from a new answer', () => {
    const rig = ProtocolRig.started();
    rig.fail('writer', true);
    rig.answer('critic');
    rig.answer('editor');
    expect(rig.all('turn.started').filter((event) => event.agent === 'writer')).toHaveLength(1);
  });

  it('fails the run with the reason when it was the last one and nobody answered', () => {
    const rig = ProtocolRig.started();
    for (const id of ['writer', 'critic', 'editor']) rig.retire(id);
    expect(rig.all('run.finished')).toMatchObject([{ outcome: 'all_failed', error: { code: 'MG1707' } }]);
    expect(rig.commands('run.end')).toHaveLength(1);
    expect(rig.state).toMatchObject({ phase: 'finished', outcome: 'all_failed' });
  });
});

describe('the soft limit of a turn', () => {
  it('asks the agent to decide now and lets it go on', () => {
    const rig = ProtocolRig.started();
    const step = rig.turnLimit('writer', 'turn_soft');
    expect(step.events).toEqual([{ type: 'limit.warned', limit: 'turn_soft', agent: 'writer' }]);
    expect(step.commands).toEqual([{ type: 'turn.nudge', agent: 'writer', turn: 1 }]);
    expect(rig.answer('writer').reply).toMatchObject({ type: 'accepted' });
    expect(rig.state.limited).toBeUndefined();
  });
});

describe('the hard limit of a turn', () => {
  it('ends the turn as failed, and not the run', () => {
    const rig = ProtocolRig.started();
    const step = rig.turnLimit('writer', 'turn_hard');
    expect(step.events).toMatchObject([
      { type: 'limit.reached', limit: 'turn_hard', agent: 'writer' },
      { type: 'turn.failed', agent: 'writer', turn: 1, error: { code: 'MG1702' }, failures: 1 },
    ]);
    expect(rig.commands('turn.cancel')).toEqual([
      { type: 'turn.cancel', agent: 'writer', turn: 1, reason: 'limit' },
    ]);
    expect(rig.state).toMatchObject({ phase: 'coordinating' });
    expect(rig.state.limited).toBeUndefined();
  });

  it('retires an agent that hangs three times, and the others finish without it', () => {
    const rig = ProtocolRig.started();
    for (let turn = 1; turn <= 3; turn += 1) {
      rig.turnLimit('writer', 'turn_hard');
      rig.endBackoff('writer');
    }
    expect(rig.mode('writer')).toBe('retired');
    rig.answer('critic');
    rig.answer('editor');
    rig.vote('critic', 'editor');
    rig.vote('editor', 'editor');
    expect(rig.state.phase).toBe('presenting');
  });
});
