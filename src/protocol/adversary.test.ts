/** Sequences made up to bring coordination to a standstill, to go round for ever, or to count what must not count. */
import { describe, expect, it } from 'vitest';
import { ProtocolRig } from './protocol-rig.test-support.ts';

/** Feeds `act` for whoever is at work until the run is over; fails when that takes more than `most` steps. */
function drive(rig: ProtocolRig, act: (id: string) => void, most = 500): void {
  for (let steps = 0; rig.state.phase === 'coordinating'; steps += 1) {
    expect(steps).toBeLessThan(most);
    const working = rig.state.agents.find((agent) => agent.mode === 'working');
    const pausing = rig.state.agents.find((agent) => agent.mode === 'backoff');
    if (working !== undefined) act(working.id);
    else if (pausing !== undefined) rig.endBackoff(pausing.id);
    else throw new Error('standstill: nobody works, nobody pauses, and it is not over');
  }
}

describe('no standstill', () => {
  it('when the only author waits and every other agent fails for good', () => {
    const rig = ProtocolRig.started();
    rig.answer('writer');
    drive(rig, (id) => rig.fail(id));
    expect(rig.state.winner).toMatchObject({ author: 0, rule: 'only_answer' });
  });

  it('when the only author waits and the others always vote without having been shown anything', () => {
    const rig = ProtocolRig.started();
    rig.answer('writer');
    drive(rig, (id) => rig.vote(id, 'writer'));
    expect(rig.state.winner).toMatchObject({ author: 0, rule: 'only_answer' });
    expect(rig.state.voted).toBe(3);
  });

  it('under wait, when the last agent on a first draft is retired while all others wait', () => {
    const rig = ProtocolRig.started({ onNewAnswer: 'wait' });
    rig.answer('writer');
    rig.answer('critic');
    rig.retire('editor');
    drive(rig, (id) => rig.vote(id, 'critic'));
    expect(rig.state.winner).toMatchObject({ author: 1, rule: 'most_votes' });
  });

  it('under wait, when an agent votes without ever having answered and its vote is voided', () => {
    const rig = ProtocolRig.started({ onNewAnswer: 'wait' });
    rig.answer('writer', 'same');
    rig.answer('critic', 'same');
    rig.vote('critic', 'writer');
    expect(rig.mode('critic')).toBe('voted');
    rig.answer('editor');
    expect(rig.mode('critic')).toBe('working');
    drive(rig, (id) => rig.vote(id, 'editor'));
    expect(rig.state.winner).toMatchObject({ author: 2, rule: 'most_votes' });
  });

  it.each(['inject', 'restart', 'wait'] as const)(
    'under %s, when all agents give the same answer',
    (mode) => {
      const rig = ProtocolRig.started({ onNewAnswer: mode });
      drive(rig, (id) => rig.answer(id, 'same'));
      expect(rig.state.answers).toHaveLength(1);
      expect(rig.state.winner?.rule).toBe('only_answer');
    },
  );

  it('with no agents at all: the run has failed', () => {
    const rig = new ProtocolRig({ ids: [] });
    rig.feed({ type: 'start' });
    expect(rig.state.outcome).toBe('all_failed');
  });
});

describe('no endless round', () => {
  it.each(['inject', 'restart', 'wait'] as const)(
    'under %s, when everybody always has a better answer',
    (mode) => {
      const rig = ProtocolRig.started({ onNewAnswer: mode });
      drive(rig, (id) => rig.answer(id));
      expect(rig.state.answers).toHaveLength(15);
    },
  );

  it.each(['inject', 'restart', 'wait'] as const)(
    'under %s, when everybody insists on answers beyond the limit of the run',
    (mode) => {
      const rig = ProtocolRig.started({ onNewAnswer: mode, maxNewAnswersGlobal: 2 });
      drive(rig, (id) => rig.answer(id));
      expect(rig.state.answers).toHaveLength(2);
      rig.present('the end');
      rig.written();
      expect(rig.state.outcome).toBe('answered');
    },
  );

  it.each([{ maxNewAnswersGlobal: 0 }, { maxNewAnswersPerAgent: 0 }])(
    'when no answer is allowed: %j',
    (caps) => {
      const rig = ProtocolRig.started(caps);
      drive(rig, (id) => rig.answer(id));
      expect(rig.state.outcome).toBe('all_failed');
    },
  );

  it('when one agent answers just before each vote of another', () => {
    const rig = ProtocolRig.started({ ids: ['writer', 'critic'] });
    rig.answer('writer');
    rig.answer('critic');
    for (let round = 0; round < 4; round += 1) {
      rig.answer('writer');
      expect(rig.vote('critic', 'writer').reply).toMatchObject({ type: 'again' });
    }
    drive(rig, (id) => rig.vote(id, 'writer'));
    expect(rig.all('winner.selected')).toMatchObject([{ answer: 'writer.5' }]);
  });
});

describe('no wrong vote', () => {
  it('a vote for the label of an answer, given for people, names nothing', () => {
    const rig = ProtocolRig.started({ ids: ['agent2', 'agent1'] });
    // The ids are the aliases of the others: the label is read as an alias, never as an id.
    expect(rig.state.agents.map(({ id, alias }) => `${id}=${alias}`)).toEqual([
      'agent2=agent2',
      'agent1=agent1',
    ]);
    const crossed = new ProtocolRig({ ids: ['agent1', 'agent2'] });
    crossed.feed({ type: 'start' });
    crossed.answer('agent1');
    crossed.answer('agent2');
    expect(crossed.voteFor('agent1', 'agent1.1').reply).toEqual({ type: 'accepted', label: 'agent2.1' });
  });

  it('votes cast while an answer was on its way do not end the run', () => {
    const rig = ProtocolRig.started({ onNewAnswer: 'wait' });
    for (const id of ['writer', 'critic', 'editor']) rig.answer(id);
    rig.vote('writer', 'critic');
    rig.vote('critic', 'critic');
    rig.answer('editor');
    expect(rig.state).toMatchObject({ phase: 'coordinating', voted: 0 });
    rig.vote('editor', 'editor');
    expect(rig.state.voted).toBe(1);
  });

  it('a limit right after an answer counts none of the votes that were for less', () => {
    const rig = ProtocolRig.started({ onNewAnswer: 'wait' });
    for (const id of ['writer', 'critic', 'editor']) rig.answer(id);
    rig.vote('writer', 'critic');
    rig.vote('critic', 'critic');
    rig.answer('editor');
    rig.limit('orchestrator_timeout');
    expect(rig.all('winner.selected')).toMatchObject([
      { agent: 'writer', rule: 'no_votes_registration_order', votes: [] },
    ]);
  });

  it('the vote of an agent that is at work again does not count at a limit', () => {
    const rig = ProtocolRig.started();
    rig.answer('writer');
    rig.answer('critic');
    rig.vote('writer', 'critic');
    rig.answer('editor');
    expect(rig.mode('writer')).toBe('working');
    rig.limit('user_stop');
    expect(rig.all('winner.selected')[0]?.votes).toEqual([]);
  });
});

describe('no lost answer', () => {
  it('an answer that arrives right after the presentation began is told so, and the others stay', () => {
    const rig = ProtocolRig.started();
    rig.answer('writer');
    rig.limit('orchestrator_timeout');
    expect(rig.answer('critic').reply).toEqual({ type: 'over' });
    expect(rig.state.answers).toHaveLength(1);
  });

  it('answers of agents that failed afterwards are kept over the end and a resume', () => {
    const rig = ProtocolRig.started();
    rig.answer('writer');
    rig.answer('critic');
    rig.fail('writer', true);
    rig.fail('critic', true);
    rig.limit('orchestrator_timeout');
    rig.written();
    rig.resume();
    expect(rig.state.answers.map((answer) => answer.label)).toEqual(['writer.1', 'critic.1']);
    expect(rig.state.living).toBe(3);
  });

  it('two answers in one moment are both accepted, in the order of their arrival', () => {
    const rig = ProtocolRig.started({ onNewAnswer: 'restart' });
    const of = { type: 'answer', turn: 1 } as const;
    rig.feed({ ...of, agent: 'editor', text: 'first', comparable: 'first' });
    rig.feed({ ...of, agent: 'writer', text: 'second', comparable: 'second' });
    expect(rig.state.answers.map((answer) => answer.label)).toEqual(['editor.1', 'writer.1']);
  });
});

describe('no command for a wrong turn', () => {
  it('an answer cancels the turns of others at work, by their current number', () => {
    const rig = ProtocolRig.started({
      onNewAnswer: 'restart',
      ids: ['writer', 'critic', 'editor', 'tester'],
    });
    for (const id of ['writer', 'critic', 'editor']) rig.answer(id);
    const before = new Map(rig.state.agents.map(({ id, turn }) => [id, turn]));
    rig.answer('writer');
    expect(rig.commands('turn.cancel').map(({ agent, turn }) => [agent, turn])).toEqual([
      ['critic', before.get('critic')],
      ['editor', before.get('editor')],
    ]);
    expect(rig.commands('turn.start').map(({ agent, turn }) => [agent, turn])).toEqual([
      ['writer', (before.get('writer') ?? 0) + 1],
      ['critic', (before.get('critic') ?? 0) + 1],
      ['editor', (before.get('editor') ?? 0) + 1],
    ]);
  });

  it('a hard limit that fires again after the turn ended does not touch the next one', () => {
    const rig = ProtocolRig.started();
    rig.turnLimit('writer', 'turn_hard');
    rig.endBackoff('writer');
    const late = { type: 'turn.limit', agent: 'writer', turn: 1, limit: 'turn_hard' } as const;
    expect(rig.feed(late)).toMatchObject({ events: [], commands: [], reply: { type: 'over' } });
    expect(rig.agent('writer')).toMatchObject({ mode: 'working', turn: 2 });
  });

  it('a soft limit nudges no turn that was restarted', () => {
    const rig = ProtocolRig.started({ onNewAnswer: 'restart' });
    rig.answer('writer');
    rig.answer('critic');
    rig.answer('critic');
    const late = { type: 'turn.limit', agent: 'writer', turn: 2, limit: 'turn_soft' } as const;
    expect(rig.feed(late).commands).toEqual([]);
  });
});
