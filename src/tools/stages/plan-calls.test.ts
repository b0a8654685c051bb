import { mkdirSync, mkdtempSync, realpathSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ToolEffects } from '../../policy/tool-effects.ts';
import {
  createPipelineRig,
  fakeTool,
  type FakeTool,
  type PipelineRig,
} from '../pipeline-rig.test-support.ts';

const known = { source: 'profile', why: '' } as const;
const write: ToolEffects = { ...known, effects: ['Write'], pathArguments: ['path'] };
const read: ToolEffects = { ...known, effects: ['Read'], pathArguments: ['path'] };

interface Planned {
  readonly workspace: string;
  readonly tool: FakeTool;
  readonly rig: PipelineRig;
}

function planning(
  effects: ToolEffects,
  more: { readonly isPlanning?: boolean; readonly decides?: boolean } = {},
): Planned {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'massgen-plan-')));
  const workspace = path.join(root, 'ws');
  mkdirSync(workspace);
  const tool = fakeTool('act', { effects, decides: more.decides ?? false });
  const rig = createPipelineRig([tool], {
    isPlanning: () => more.isPlanning ?? true,
    workspaceOf: () => workspace,
    baseOf: () => workspace,
  });
  return { workspace, tool, rig };
}

describe('while a team plans', () => {
  test.each<[string, ToolEffects]>([
    ['reads a file', read],
    ['looks something up elsewhere', { ...known, effects: ['Read', 'Net'] }],
  ])('a call that %s is made', async (_, effects) => {
    const { rig, tool } = planning(effects);
    expect(await rig.call('act', { path: '/etc/hosts' })).toMatchObject({ outcome: 'ok' });
    expect(tool.calls).toHaveLength(1);
  });

  test('so is writing into the own workspace', async () => {
    const { rig, workspace } = planning(write);
    expect(await rig.call('act', { path: path.join(workspace, 'deep/notes.md') })).toMatchObject({
      outcome: 'ok',
    });
    expect(await rig.call('act', { path: 'notes.md' })).toMatchObject({ outcome: 'ok' });
  });

  test('and a decision', async () => {
    const { rig } = planning({ ...known, effects: [], pathArguments: [] }, { decides: true });
    expect(await rig.call('act')).toMatchObject({ outcome: 'ok' });
  });

  test.each<[string, ToolEffects]>([
    ['sends something', { ...known, effects: ['Net'] }],
    ['runs a command', { ...known, effects: ['Exec'] }],
    ['may do anything', { ...known, effects: ['Unknown'] }],
    ['writes, nobody knows where', { ...known, effects: ['Write'] }],
    ['writes and sends', { ...known, effects: ['Write', 'Net'], pathArguments: ['path'] }],
    ['writes without naming a path', { ...known, effects: ['Write'], pathArguments: ['file'] }],
  ])('a call that %s is described and not made', async (_, effects) => {
    const { rig, tool, workspace } = planning(effects);
    const result = await rig.call('act', { path: path.join(workspace, 'a') });
    expect(result).toMatchObject({ outcome: 'denied', error: { code: 'MG1513' } });
    expect(result.content).toMatchObject([
      { text: expect.stringContaining('whoever wins makes it') as string },
    ]);
    expect(tool.calls).toEqual([]);
    expect(rig.told()).toEqual(['started', 'finished denied']);
  });

  test.each([
    ['elsewhere', () => '/tmp/elsewhere.md'],
    ['up and out', (ws: string) => path.join(ws, '../other.md')],
    ['in a folder whose name only begins the same', (ws: string) => `${ws}-2/a.md`],
    [
      'through a link',
      (ws: string) => {
        symlinkSync(path.dirname(ws), path.join(ws, 'link'));
        return path.join(ws, 'link/other.md');
      },
    ],
  ])('writing %s is not made', async (_, place) => {
    const { rig, tool, workspace } = planning(write);
    expect(await rig.call('act', { path: place(workspace) })).toMatchObject({ error: { code: 'MG1513' } });
    expect(tool.calls).toEqual([]);
  });
});

test('when the planning is over, all of it is made', async () => {
  const { rig, tool } = planning({ ...known, effects: ['Net'] }, { isPlanning: false });
  expect(await rig.call('act', { path: '/x' })).toMatchObject({ outcome: 'ok' });
  expect(tool.calls).toHaveLength(1);
});
