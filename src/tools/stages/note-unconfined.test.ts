import { expect, test } from 'vitest';
import type { Effect } from '../../events/effect.ts';
import { createPipelineRig, fakeTool } from '../pipeline-rig.test-support.ts';

function toolWith(effects: readonly Effect[]) {
  return { effects: { effects, pathArguments: [], source: 'own', why: 'a test' } } as const;
}

test.each<readonly [readonly Effect[], boolean, number]>([
  [['Exec'], false, 1],
  [['Unknown'], false, 1],
  [['Read', 'Exec'], false, 1],
  [['Exec'], true, 0],
  [['Read'], false, 0],
  [['Write', 'Delete'], false, 0],
  [['Net'], false, 0],
])('a call that does %j, confined: %j, is said %d times to be coming', async (effects, confined, times) => {
  const order: string[] = [];
  const tool = fakeTool('act', { ...toolWith(effects), ...(confined ? { confined } : {}) });
  const rig = createPipelineRig([tool], {
    expectUnconfined: () => {
      order.push(`expected with ${tool.calls.length} calls made`);
      return Promise.resolve();
    },
  });
  expect((await rig.call('act')).outcome).toBe('ok');
  expect(order).toEqual(Array.from({ length: times }, () => 'expected with 0 calls made'));
});

test('a call that cannot be said to be coming is not made', async () => {
  const tool = fakeTool('act', toolWith(['Exec']));
  const rig = createPipelineRig([tool], { expectUnconfined: () => Promise.reject(new Error('no look')) });
  expect((await rig.call('act')).outcome).toBe('denied');
  expect(tool.calls).toEqual([]);
});
