/** What an agent reads of the others. */
import { describe, expect, it } from 'vitest';
import { peerView } from './peer-view.ts';
import { ProtocolRig } from './protocol-rig.test-support.ts';

function labels(rig: ProtocolRig, id: string, shown = rig.newest()): readonly string[] {
  const viewer = rig.config.agents.findIndex((agent) => agent.id === id);
  return peerView(rig.state, viewer, shown).map((answer) => answer.label);
}

describe('peerView', () => {
  const ids = ['writer', 'critic', 'editor', 'tester'];

  function answered(): ProtocolRig {
    const rig = ProtocolRig.started({ ids });
    for (const id of ids) rig.answer(id);
    return rig;
  }

  it("lists answers in rotated order, the viewer's own last", () => {
    const rig = answered();
    expect(labels(rig, 'writer')).toEqual(['agent1.1', 'agent2.1', 'agent3.1', 'agent4.1']);
    expect(labels(rig, 'critic')).toEqual(['agent4.1', 'agent1.1', 'agent2.1', 'agent3.1']);
    expect(labels(rig, 'editor')).toEqual(['agent3.1', 'agent4.1', 'agent1.1', 'agent2.1']);
    expect(labels(rig, 'tester')).toEqual(['agent2.1', 'agent3.1', 'agent4.1', 'agent1.1']);
  });

  it('puts each answer at each place once, over all viewers', () => {
    const rig = answered();
    for (let place = 0; place < ids.length; place += 1) {
      expect(new Set(ids.map((id) => labels(rig, id)[place])).size).toBe(ids.length);
    }
  });

  it('shows the latest answer of each author, with text and mark of the own one', () => {
    const rig = answered();
    rig.answer('critic', 'improved');
    expect(labels(rig, 'writer')).toEqual(['agent1.1', 'agent2.1', 'agent3.2', 'agent4.1']);
    const view = peerView(rig.state, 1, rig.newest());
    expect(view.at(-1)).toMatchObject({ label: 'agent3.2', alias: 'agent3', own: true });
    expect(view.at(-1)?.record.text).toBe('improved');
    expect(view.filter((answer) => answer.own)).toHaveLength(1);
  });

  it('shows nothing that came after what the viewer was shown', () => {
    const rig = answered();
    const seen = rig.newest();
    rig.answer('critic');
    expect(labels(rig, 'writer', seen)).toContain('agent3.1');
    expect(labels(rig, 'writer', 0)).toEqual([]);
  });

  it('goes on showing the answers of a retired agent', () => {
    const rig = answered();
    rig.fail('critic', true);
    expect(labels(rig, 'writer')).toContain('agent3.1');
  });
});
