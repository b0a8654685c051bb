/** Results of turns that are over, of agents nobody knows, and of runs that have ended change nothing. */
import { describe, expect, it } from 'vitest';
import type { ProtocolInput } from './protocol-input.ts';
import { broken, ProtocolRig } from './protocol-rig.test-support.ts';

function everyResult(agent: string, turn: number): readonly ProtocolInput[] {
  const of = { agent, turn };
  return [
    { type: 'answer', ...of, text: 'late', comparable: 'late' },
    { type: 'vote', ...of, target: 'agent2.1', reason: 'late' },
    { type: 'response.rejected', ...of, reason: 'several_votes' },
    { type: 'response.rejected', ...of, reason: 'several_answers', text: 'late' },
    { type: 'attempt.ended', ...of },
    { type: 'safe_point', ...of },
    { type: 'turn.failed', ...of, error: broken, fatal: false },
    { type: 'turn.failed', ...of, error: broken, fatal: true },
    { type: 'turn.limit', ...of, limit: 'turn_soft' },
    { type: 'turn.limit', ...of, limit: 'turn_hard' },
  ];
}

function expectNothing(rig: ProtocolRig, inputs: readonly ProtocolInput[]): void {
  for (const input of inputs) {
    const before = rig.state;
    expect(rig.feed(input), input.type).toEqual({
      state: before,
      events: [],
      commands: [],
      reply: { type: 'over' },
    });
  }
}

describe('a late result', () => {
  it('of a turn that was restarted changes nothing', () => {
    const rig = ProtocolRig.started({ onNewAnswer: 'restart' });
    rig.answer('writer');
    rig.answer('critic');
    rig.answer('critic');
    expect(rig.turn('writer')).toBe(3);
    expectNothing(rig, everyResult('writer', 2));
  });

  it('of a turn that ended by its hard limit changes nothing, in the pause and after it', () => {
    const rig = ProtocolRig.started();
    rig.turnLimit('writer', 'turn_hard');
    expectNothing(rig, everyResult('writer', 1));
    rig.endBackoff('writer');
    expectNothing(rig, everyResult('writer', 1));
  });

  it('of an agent that has decided changes nothing', () => {
    const rig = ProtocolRig.started();
    rig.answer('writer');
    expectNothing(rig, everyResult('writer', 1));
    rig.answer('critic');
    rig.vote('critic', 'writer');
    expectNothing(rig, everyResult('critic', 2));
  });

  it('of a retired agent changes nothing', () => {
    const rig = ProtocolRig.started();
    rig.fail('writer', true);
    expectNothing(rig, everyResult('writer', 1));
    expect(rig.endBackoff('writer').events).toEqual([]);
  });

  it('of a turn that has not begun changes nothing', () => {
    const rig = ProtocolRig.started();
    expectNothing(rig, everyResult('writer', 2));
    expectNothing(rig, everyResult('writer', 0));
  });

  it('of an agent nobody knows changes nothing', () => {
    const rig = ProtocolRig.started();
    expectNothing(rig, everyResult('nobody', 1));
    expectNothing(rig, everyResult('__proto__', 1));
  });

  it('during the presentation changes nothing, the presenting turn included', () => {
    const rig = ProtocolRig.started();
    rig.answer('writer');
    rig.limit('orchestrator_timeout');
    expectNothing(rig, everyResult('critic', 1));
    expectNothing(rig, everyResult('writer', rig.turn('writer')));
  });

  it('after the end changes nothing, and nothing more is journaled', () => {
    const rig = ProtocolRig.started();
    rig.fail('critic');
    rig.limit('user_stop');
    expectNothing(rig, everyResult('writer', 1));
    for (const input of [
      { type: 'start' },
      { type: 'backoff.ended', agent: 'critic' },
      { type: 'final.written' },
      { type: 'presentation.ended', agent: 'writer', turn: 1, text: 'late' },
    ] as const) {
      expect(rig.feed(input).events, input.type).toEqual([]);
    }
  });
});
