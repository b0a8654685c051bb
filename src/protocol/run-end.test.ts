/** How coordination ends: limits, the last living agent, and who wins by which rule. */
import { describe, expect, it } from 'vitest';
import { ProtocolRig, type RigOptions } from './protocol-rig.test-support.ts';
import { selectWinner, tally } from './select-winner.ts';

function allAnswered(options: RigOptions = {}): ProtocolRig {
  const rig = ProtocolRig.started({ onNewAnswer: 'wait', ...options });
  for (const { id } of rig.config.agents) rig.answer(id);
  return rig;
}

describe('the winner', () => {
  it('has the most votes', () => {
    const rig = allAnswered();
    rig.vote('writer', 'editor');
    rig.vote('critic', 'critic');
    expect(tally(rig.state)).toEqual([0, 1, 1]);
    rig.vote('editor', 'editor');
    expect(rig.state.winner).toEqual({ author: 2, answer: 2, rule: 'most_votes' });
  });

  it('of a tie is the agent registered first, and the journal says so', () => {
    const rig = allAnswered();
    rig.vote('writer', 'editor');
    rig.vote('critic', 'critic');
    rig.vote('editor', 'writer');
    expect(rig.all('winner.selected')).toMatchObject([{ agent: 'writer', rule: 'tie_registration_order' }]);
  });

  it('of a tie between some is the first of those, not the first of all', () => {
    const rig = allAnswered({ ids: ['writer', 'critic', 'editor', 'tester'] });
    rig.vote('writer', 'editor');
    rig.vote('critic', 'editor');
    rig.vote('editor', 'critic');
    rig.vote('tester', 'critic');
    expect(rig.state.winner).toMatchObject({ author: 1, rule: 'tie_registration_order' });
  });

  it('is named by its latest answer', () => {
    const rig = allAnswered();
    rig.answer('critic');
    for (const id of ['writer', 'editor'])
      expect(rig.vote(id, 'writer').reply).toMatchObject({ type: 'again' });
    for (const id of ['writer', 'critic', 'editor']) rig.vote(id, 'critic');
    expect(rig.all('winner.selected')).toMatchObject([{ answer: 'critic.2' }]);
  });

  it('is nobody while there is no answer', () => {
    expect(selectWinner(ProtocolRig.started().state)).toBeUndefined();
  });
});

describe('the last living agent', () => {
  it('wins at once when it has an answer, and its work on a better one is ended', () => {
    const rig = allAnswered();
    rig.fail('writer', true);
    rig.fail('editor', true);
    expect(rig.types()).toEqual([
      'turn.failed',
      'agent.retired',
      'turn.interrupted',
      'winner.selected',
      'presentation.started',
    ]);
    expect(rig.commands('turn.cancel')).toMatchObject([{ agent: 'critic', turn: 2, reason: 'decided' }]);
    expect(rig.all('winner.selected')).toMatchObject([{ agent: 'critic', rule: 'last_living', votes: [] }]);
  });

  it('wins also while it pauses after a failure', () => {
    const rig = allAnswered();
    rig.fail('critic');
    rig.fail('writer', true);
    rig.fail('editor', true);
    expect(rig.all('winner.selected')).toMatchObject([{ agent: 'critic', rule: 'last_living' }]);
    expect(rig.endBackoff('critic')).toMatchObject({ events: [], commands: [] });
  });

  it('goes on without an answer of its own until it decides between those of the retired', () => {
    const rig = ProtocolRig.started();
    rig.answer('writer');
    rig.answer('critic');
    rig.fail('writer', true);
    rig.fail('critic', true);
    expect(rig.state.phase).toBe('coordinating');
    rig.fail('editor');
    rig.endBackoff('editor');
    rig.vote('editor', 'critic');
    expect(rig.all('winner.selected')).toMatchObject([{ agent: 'critic', rule: 'most_votes' }]);
  });

  it('if it fails too, the answers of the retired stand by order of registration', () => {
    const rig = ProtocolRig.started();
    rig.answer('critic');
    rig.answer('editor');
    for (const id of ['critic', 'editor', 'writer']) rig.fail(id, true);
    expect(rig.all('winner.selected')).toMatchObject([
      { agent: 'critic', rule: 'no_votes_registration_order' },
    ]);
    expect(rig.all('presentation.started')).toMatchObject([{ strategy: 'winner_reuse' }]);
    rig.written();
    expect(rig.state.outcome).toBe('answered');
  });
});

describe('one agent alone', () => {
  it('needs no vote and its answer is the result as it stands', () => {
    const rig = ProtocolRig.started({ ids: ['solo'] });
    rig.answer('solo', 'done');
    expect(rig.types()).toEqual([
      'answer.submitted',
      'turn.finished',
      'winner.selected',
      'presentation.started',
      'presentation.finished',
    ]);
    expect(rig.all('winner.selected')).toMatchObject([{ rule: 'only_answer', votes: [] }]);
    expect(rig.all('presentation.finished')).toMatchObject([{ text: 'done', source: 'stored' }]);
    expect(rig.last.commands).toEqual([{ type: 'final.write' }]);
    rig.written();
    expect(rig.all('run.finished')).toEqual([
      { type: 'run.finished', outcome: 'answered', winner: 'solo.1', seq: rig.journal.length },
    ]);
  });

  it('presents when a final turn has effects to carry out', () => {
    const rig = ProtocolRig.started({ ids: ['solo'], finalTurnRequired: true });
    rig.answer('solo');
    expect(rig.commands('presentation.start')).toEqual([
      { type: 'presentation.start', agent: 'solo', turn: 2, strategy: 'winner_present' },
    ]);
  });

  it('that fails three times fails the run', () => {
    const rig = ProtocolRig.started({ ids: ['solo'] });
    rig.retire('solo');
    expect(rig.all('run.finished')).toMatchObject([{ outcome: 'all_failed' }]);
  });
});

describe('the time limit of the run', () => {
  it('ends all turns, presents the best answer so far and marks the run as limited', () => {
    const rig = allAnswered();
    rig.vote('writer', 'editor');
    const step = rig.limit('orchestrator_timeout');
    expect(step.events).toMatchObject([
      { type: 'limit.reached', limit: 'orchestrator_timeout' },
      { type: 'turn.interrupted', agent: 'critic', reason: 'limit' },
      { type: 'turn.interrupted', agent: 'editor', reason: 'limit' },
      { type: 'winner.selected', agent: 'editor', rule: 'most_votes' },
      { type: 'presentation.started', agent: 'editor', strategy: 'winner_present' },
    ]);
    rig.present('final words');
    rig.written();
    expect(rig.all('run.finished')).toMatchObject([
      { outcome: 'answered', winner: 'editor.1', limited: 'orchestrator_timeout' },
    ]);
  });

  it('takes the first registered answer when nobody has voted', () => {
    const rig = ProtocolRig.started();
    rig.answer('editor');
    rig.answer('critic');
    rig.limit('orchestrator_timeout');
    expect(rig.all('winner.selected')).toMatchObject([
      { agent: 'critic', rule: 'no_votes_registration_order' },
    ]);
  });

  it('takes the only answer when there is one', () => {
    const rig = ProtocolRig.started();
    rig.answer('editor');
    rig.limit('orchestrator_timeout');
    expect(rig.all('winner.selected')).toMatchObject([{ agent: 'editor', rule: 'only_answer' }]);
  });

  it('fails the run only when there is no answer at all', () => {
    const rig = ProtocolRig.started();
    const step = rig.limit('orchestrator_timeout');
    expect(step.events.at(-1)).toMatchObject({
      type: 'run.finished',
      outcome: 'no_answer',
      limited: 'orchestrator_timeout',
      error: { code: 'MG1708' },
    });
    expect(rig.commands('turn.cancel')).toHaveLength(3);
    expect(rig.commands('run.end')).toHaveLength(1);
  });

  it('that strikes during the presentation changes nothing: the presentation has its own limit', () => {
    const rig = allAnswered();
    rig.limit('orchestrator_timeout');
    expect(rig.limit('orchestrator_timeout')).toMatchObject({ events: [], commands: [] });
  });
});

describe('a stop by the user', () => {
  it('finishes with what exists, without another model call', () => {
    const rig = allAnswered();
    rig.limit('user_stop');
    expect(rig.all('turn.interrupted')).toMatchObject([
      { reason: 'stop' },
      { reason: 'stop' },
      { reason: 'stop' },
    ]);
    expect(rig.all('presentation.started')).toMatchObject([{ strategy: 'winner_reuse' }]);
    rig.written();
    expect(rig.all('run.finished')).toMatchObject([{ outcome: 'answered', limited: 'user_stop' }]);
  });

  it('before any answer ends the run as stopped', () => {
    const rig = ProtocolRig.started();
    rig.limit('user_stop');
    expect(rig.all('run.finished')).toMatchObject([
      { outcome: 'stopped', limited: 'user_stop', error: { code: 'MG1706' } },
    ]);
  });

  it('before the start is honoured too', () => {
    const rig = new ProtocolRig();
    rig.limit('user_stop');
    expect(rig.types()).toEqual(['limit.reached', 'run.finished']);
    expect(rig.feed({ type: 'start' }).events).toEqual([]);
  });
});

describe('limits that do not concern the phase', () => {
  it('a presentation limit during coordination is ignored', () => {
    const rig = ProtocolRig.started();
    expect(rig.limit('presentation_timeout')).toMatchObject({ events: [], commands: [] });
  });

  it('no limit reopens or ends a finished run again', () => {
    const rig = ProtocolRig.started();
    rig.limit('user_stop');
    for (const limit of ['user_stop', 'orchestrator_timeout', 'presentation_timeout'] as const) {
      expect(rig.limit(limit)).toMatchObject({ events: [], commands: [] });
    }
  });
});
