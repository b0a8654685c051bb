/** The check of a whole response before any of its calls runs. */
import { describe, expect, it } from 'vitest';
import { checkDecisions, type DecisionCall } from './check-decisions.ts';
import { ProtocolRig, type RigOptions } from './protocol-rig.test-support.ts';

const vote = (target: string): DecisionCall => ({ type: 'vote', target });
const answer = (comparable: string): DecisionCall => ({ type: 'new_answer', comparable });

/** Writer and critic have answered `one` and `two` and are shown both; editor is on its first draft. */
function twoAnswers(options: RigOptions = {}): ProtocolRig {
  const rig = ProtocolRig.started(options);
  rig.answer('writer', 'one');
  rig.answer('critic', 'two');
  return rig;
}

describe('checkDecisions', () => {
  it.each([
    ['two votes', [vote('agent2.1'), vote('agent2.1')], 'several_votes'],
    ['two answers', [answer('a'), answer('b')], 'several_answers'],
    ['vote and answer', [vote('agent2.1'), answer('a')], 'vote_and_answer'],
    ['many of both', [answer('a'), vote('x'), answer('b'), vote('y')], 'vote_and_answer'],
    ['an answer nobody gave', [vote('agent1.1')], 'unknown_answer'],
    ['an empty answer', [answer('')], 'empty_answer'],
    ["a peer's answer", [answer('two')], 'duplicate_answer'],
  ] as const)('refuses %s', (_, calls, reason) => {
    const rig = twoAnswers();
    expect(checkDecisions(rig.state, 'writer', calls)?.reason).toBe(reason);
  });

  it.each([
    ['nothing', []],
    ['one vote by label', [vote('agent2.1')]],
    ['one vote with blanks around it', [vote(' agent2.1\n')]],
    ['one vote by alias', [vote('agent2')]],
    ['a vote for itself', [vote('agent3.1')]],
    ['a new answer', [answer('three')]],
  ] as const)('lets %s pass', (_, calls) => {
    const rig = twoAnswers();
    expect(checkDecisions(rig.state, 'writer', calls)).toBeUndefined();
  });

  it('refuses a vote of an agent that was shown nothing', () => {
    const rig = twoAnswers();
    expect(checkDecisions(rig.state, 'editor', [vote('agent2.1')])?.reason).toBe('no_answers_yet');
  });

  it('names the answer that is already there, when it can be voted for', () => {
    const rig = twoAnswers();
    expect(checkDecisions(rig.state, 'writer', [answer('two')])?.message).toBe(
      'This is the same answer as agent2.1. Vote for that one, or submit a better answer.',
    );
  });

  it('does not offer an answer that its author has replaced', () => {
    const rig = twoAnswers();
    rig.answer('critic', 'better');
    rig.safePoint('writer');
    const refused = checkDecisions(rig.state, 'writer', [answer('two')]);
    expect(refused?.reason).toBe('duplicate_answer');
    expect(refused?.message).not.toContain('agent2.1');
    expect(refused?.message).toContain('agent2.2');
  });

  it('does not name an answer that its reader was not shown', () => {
    const rig = twoAnswers();
    const refused = checkDecisions(rig.state, 'editor', [answer('two')]);
    expect(refused?.reason).toBe('duplicate_answer');
    expect(refused?.message).not.toMatch(/agent\d/u);
  });

  it('refuses the answer of an agent at its limit, and points to the vote only', () => {
    const rig = twoAnswers({ maxNewAnswersPerAgent: 1 });
    const refused = checkDecisions(rig.state, 'writer', [answer('three')]);
    expect(refused?.reason).toBe('answer_limit');
    expect(refused?.message).not.toContain('new_answer');
  });

  it('refuses, at the limit of the run, only an agent that was shown the last answer', () => {
    const rig = twoAnswers({ maxNewAnswersGlobal: 2 });
    const refused = checkDecisions(rig.state, 'writer', [answer('three')]);
    expect(refused?.reason).toBe('answer_limit');
    expect(refused?.message).not.toContain('new_answer');
    expect(checkDecisions(rig.state, 'editor', [answer('three')])).toBeUndefined();
  });

  it('has nothing to say about an agent it does not know', () => {
    const rig = twoAnswers();
    expect(checkDecisions(rig.state, 'stranger', [vote('agent2.1')])).toBeUndefined();
    expect(checkDecisions(rig.state, 'stranger', [answer('three')])).toBeUndefined();
  });
});
