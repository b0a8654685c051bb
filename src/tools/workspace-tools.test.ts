import { expect, test } from 'vitest';
import { MassGenError } from '../errors/massgen-error.ts';
import { workspaceErrors } from '../errors/workspace-errors.ts';
import { offeredToolName } from '../mcp/tool-name.ts';
import type { Moved } from '../workspace/workspace-moves.ts';
import type { OwnFiles } from './own-files.ts';
import { createPipelineRig, fakeTool, type PipelineRig } from './pipeline-rig.test-support.ts';
import { workspaceToolNames, workspaceTools } from './workspace-tools.ts';
import { describeCompared, describeMoved } from './workspace-words.ts';

const moved: Moved = { added: ['a'], replaced: [], removed: [], same: 0, leftOut: [] };

interface Rig extends PipelineRig {
  /** What was asked of the files. */
  readonly asked: readonly unknown[];
  /** Calls after which somebody looked for changes. */
  readonly looked: readonly string[];
}

function rig(more: Partial<OwnFiles> = {}, planning = false): Rig {
  const asked: unknown[] = [];
  const looked: string[] = [];
  const files: OwnFiles = {
    copy: (request, { call, turn }) => {
      asked.push([request, call, turn]);
      return Promise.resolve(moved);
    },
    remove: (paths) => {
      asked.push(paths);
      return Promise.resolve({ ...moved, added: [], removed: ['d/', 'd/x'] });
    },
    undo: (overwrite) => {
      asked.push(overwrite);
      return Promise.resolve({ ...moved, action: 'delete' });
    },
    diff: (request) => {
      asked.push(request);
      const changes = [{ path: 'x', kind: 'added' }] as const;
      return Promise.resolve({ from: 'f', to: 't', changes, more: 0, details: [], undescribed: 0 });
    },
    ...more,
  };
  const pipeline = createPipelineRig(workspaceTools(files), {
    isPlanning: () => planning,
    workspaceOf: () => '/runs/ws/own',
    baseOf: () => '/runs/ws/own',
    rulesOf: () => ({ roots: ['/runs'], writable: ['/runs/ws/own'] }),
    takeChanges: (_, call) => {
      looked.push(call);
      return Promise.resolve(undefined);
    },
  });
  return { ...pipeline, asked, looked };
}

const item = { from: 'agent2.1/a', to: 'a' };

test('each is made through the pipeline, with the effects it has, and changes are looked for after all but reading', async () => {
  const made = rig();
  expect((await made.call('workspace_copy', { items: [item] })).content).toEqual([
    { type: 'text', text: 'Copied.\n1 added: a' },
  ]);
  await made.call('workspace_diff', { from: 'agent2.1' });
  expect((await made.call('workspace_delete', { paths: ['d'] })).content).toEqual([
    { type: 'text', text: 'Deleted.\n2 removed: d/, d/x' },
  ]);
  await made.call('workspace_undo', {});
  expect(made.asked).toEqual([
    [{ items: [item], overwrite: false }, 'call_1', 1],
    { from: 'agent2.1' },
    ['d'],
    false,
  ]);
  expect(made.looked).toEqual(['call_1', 'call_3', 'call_4']);
  const effects = made.journal.events.flatMap((event) =>
    event.type === 'tool.call.started' ? [event.effects] : [],
  );
  expect(effects).toEqual([['Write'], ['Read'], ['Delete'], ['Write', 'Delete']]);
});

test('they are made while the team plans: nothing of them leaves the workspace', async () => {
  const made = rig({}, true);
  for (const [name, args] of [
    ['workspace_copy', { items: [item] }],
    ['workspace_diff', { from: 'agent2.1' }],
    ['workspace_delete', { paths: ['d'] }],
    ['workspace_undo', {}],
  ] as const)
    expect(await made.call(name, args)).toMatchObject({ outcome: 'ok' });
});

test('a place that is protected is refused before anything is asked', async () => {
  const made = rig();
  for (const [name, args] of [
    ['workspace_copy', { items: [item, { ...item, to: '../other/x' }] }],
    ['workspace_copy', { items: [{ ...item, to: '/runs/views/agent2.1/a' }] }],
    ['workspace_delete', { paths: ['a', '/runs/views/agent2.1'] }],
  ] as const)
    expect(await made.call(name, args)).toMatchObject({ outcome: 'denied', error: { code: 'MG1505' } });
  expect(made.asked).toEqual([]);
});

test.each([
  ['workspace_copy', {}],
  ['workspace_copy', { items: [] }],
  ['workspace_copy', { items: [{ from: 'agent2.1' }] }],
  ['workspace_copy', { items: [item], overwrite: 'yes' }],
  ['workspace_copy', { items: Array.from({ length: 201 }, () => item) }],
  ['workspace_diff', { to: 'a' }],
  ['workspace_delete', { paths: [''] }],
  ['workspace_delete', { paths: 'a' }],
  ['workspace_undo', { call: 'call_1' }],
])('%s with %j is not made', async (name, args) => {
  const made = rig();
  expect(await made.call(name, args)).toMatchObject({ outcome: 'denied', error: { code: 'MG1503' } });
  expect(made.asked).toEqual([]);
});

test('an error says what it is and what to do next, and a fault of the program may have done something', async () => {
  const refusing = rig({
    copy: () => Promise.reject(new MassGenError(workspaceErrors.placeTaken, { detail: '"a"' })),
  });
  const { outcome, error, content } = await refusing.call('workspace_copy', { items: [item] });
  expect({ outcome, code: error?.code }).toEqual({ outcome: 'tool_error', code: 'MG1354' });
  expect(JSON.stringify(content)).toContain('overwrite');
  const faulty = rig({ copy: () => Promise.reject(new TypeError('a fault')) });
  expect(await faulty.call('workspace_copy', { items: [item] })).toMatchObject({ outcome: 'unknown' });
});

test('no server can have a tool of these names', async () => {
  for (const name of workspaceToolNames) expect(offeredToolName('', name)).not.toBe(name);
  // Whatever a table is made of, the later one of two with the same name counts.
  const shadow = fakeTool('workspace_copy');
  const own = rig();
  const made = createPipelineRig([
    shadow,
    ...workspaceTools({
      copy: () => Promise.resolve(moved),
      remove: () => Promise.resolve(moved),
      undo: () => Promise.resolve({ ...moved, action: 'copy' }),
      diff: () => Promise.reject(new Error('not asked')),
    }),
  ]);
  expect(await made.call('workspace_copy', { items: [item] })).toMatchObject({ outcome: 'ok' });
  expect(shadow.calls).toEqual([]);
  expect(own.asked).toEqual([]);
});

test('words for a model are short, count what they leave out, and show odd names as text', () => {
  const many = Array.from({ length: 60 }, (_, n) => `f${n}`);
  const text = describeMoved('Copied', {
    added: many,
    replaced: ['a b\n'],
    removed: [],
    same: 1,
    leftOut: [{ path: 'p', reason: 'a pipe' }],
  });
  expect(text.split('\n')).toEqual([
    'Copied.',
    expect.stringMatching(/^60 added: f0, .* and 10 more$/u),
    '1 replaced: "a b\\n"',
    '1 file was there already as wanted',
    '1 left as they are: "p" (a pipe)',
  ]);
  expect(describeMoved('Undid a copy', { ...moved, added: [] })).toBe(
    'Undid a copy.\nThere was nothing to do.',
  );
  const compared = {
    from: 'agent1.1',
    to: 'your workspace',
    changes: [],
    more: 0,
    details: [],
    undescribed: 0,
  };
  expect(describeCompared(compared)).toBe('No difference between agent1.1 and your workspace.');
  const changes = [{ path: 'x', kind: 'deleted' }] as const;
  expect(describeCompared({ ...compared, changes, more: 3, details: ['d'], undescribed: 1 })).toBe(
    [
      'From agent1.1 to your workspace: + only in the second, - only in the first, ~ changed.',
      '- x',
      '… and 3 more; compare a folder in it to see them',
      '\nd',
      '\n1 more changed file is not shown; compare them one by one',
    ].join('\n'),
  );
});
