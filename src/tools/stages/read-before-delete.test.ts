import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { Effect } from '../../events/effect.ts';
import type { ToolEffects } from '../../policy/tool-effects.ts';
import type { PipelineResult } from '../pipeline-result.ts';
import type { ResolvedTool } from '../resolved-tool.ts';
import { createPipelineRig, fakeTool, type PipelineRig } from '../pipeline-rig.test-support.ts';

let ws: string;
const at = (name: string): string => path.join(ws, name);

/** A tool that does something; `unknown`: nobody knows which of its strings are paths. */
function tool(
  name: string,
  effects: readonly Effect[],
  act: (args: Readonly<Record<string, unknown>>) => void = () => undefined,
  paths: readonly string[] | 'unknown' = ['path', 'source', 'destination'],
): ResolvedTool {
  const known: ToolEffects = {
    source: 'config',
    why: '',
    effects,
    ...(paths === 'unknown' ? {} : { pathArguments: paths }),
  };
  return {
    ...fakeTool(name, { effects: known }),
    invoke(args): Promise<PipelineResult> {
      act(args);
      return Promise.resolve({ outcome: 'ok', content: [] });
    },
  };
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const tools: readonly ResolvedTool[] = [
  tool('look', ['Read']),
  tool('fail', ['Read'], () => {
    throw new Error('not this time');
  }),
  tool('write', ['Write'], ({ path: to }) => writeFileSync(text(to), 'x')),
  tool('make', ['Write'], ({ path: to }) => mkdirSync(text(to))),
  tool('remove', ['Delete'], ({ path: from }) => rmSync(text(from), { recursive: true })),
  tool('move', ['Write', 'Delete'], ({ source, destination }) => renameSync(text(source), text(destination))),
  tool('wipe', ['Delete'], ({ what }) => rmSync(path.resolve(ws, text(what))), 'unknown'),
];

const rig = (more: Parameters<typeof createPipelineRig>[1] = {}): PipelineRig =>
  createPipelineRig(tools, { readBeforeDelete: true, baseOf: () => ws, ...more });

beforeEach(() => {
  ws = realpathSync(mkdtempSync(path.join(tmpdir(), 'massgen-read-')));
  onTestFinished(() => rmSync(ws, { recursive: true, force: true }));
  writeFileSync(at('old.txt'), 'old');
  mkdirSync(at('folder'));
  writeFileSync(at('folder/inner.txt'), 'inner');
});

const refused = { outcome: 'denied', error: { code: 'MG1514' } };

describe('a call that deletes', () => {
  test('what was not read is not made, and the agent is told what to do', async () => {
    const { call } = rig();
    const result = await call('remove', { path: at('old.txt') });
    expect(result).toMatchObject(refused);
    expect(result.content).toMatchObject([{ text: expect.stringContaining('Read the file') as string }]);
    expect(existsSync(at('old.txt'))).toBe(true);
  });

  test('what was read is made', async () => {
    const { call } = rig();
    await call('look', { path: 'old.txt' });
    expect(await call('remove', { path: at('old.txt') })).toMatchObject({ outcome: 'ok' });
    expect(existsSync(at('old.txt'))).toBe(false);
  });

  test('needs a look that came to something, by the same agent', async () => {
    const { call } = rig();
    await call('fail', { path: at('old.txt') });
    await call('look', { path: at('old.txt') }, { agent: 'another' });
    expect(await call('remove', { path: at('old.txt') })).toMatchObject(refused);
  });

  test('a folder needs the folder to be listed; its files are no substitute, nor is it for them', async () => {
    const { call } = rig();
    await call('look', { path: at('folder/inner.txt') });
    expect(await call('remove', { path: at('folder') })).toMatchObject(refused);
    await call('look', { path: ws });
    expect(await call('remove', { path: at('folder') })).toMatchObject(refused);
    await call('look', { path: at('folder') });
    expect(await call('remove', { path: at('folder') })).toMatchObject({ outcome: 'ok' });
  });

  test('what the agent made itself is made', async () => {
    const { call } = rig();
    await call('write', { path: at('new.txt') });
    expect(await call('remove', { path: at('new.txt') })).toMatchObject({ outcome: 'ok' });
    await call('make', { path: at('new') });
    expect(await call('remove', { path: at('new') })).toMatchObject({ outcome: 'ok' });
  });

  test('what was there before it was written over still has to be read', async () => {
    const { call } = rig();
    await call('write', { path: at('old.txt') });
    expect(await call('remove', { path: at('old.txt') })).toMatchObject(refused);
  });

  test('what is not there is left to the tool', async () => {
    const { call } = rig();
    expect(await call('remove', { path: at('nothing') })).not.toMatchObject(refused);
  });

  test('through a link that was read is made, and what was read through a link counts', async () => {
    const { call } = rig();
    symlinkSync('old.txt', at('link'));
    await call('look', { path: at('link') });
    expect(await call('remove', { path: at('old.txt') })).toMatchObject({ outcome: 'ok' });
  });

  test('by a tool whose paths are not known is held back, too', async () => {
    const { call } = rig();
    expect(await call('wipe', { what: 'old.txt' })).toMatchObject(refused);
    await call('look', { path: at('old.txt') });
    expect(await call('wipe', { what: 'old.txt' })).toMatchObject({ outcome: 'ok' });
  });
});

describe('moving', () => {
  test('away, or over something, needs both to be read', async () => {
    const { call } = rig();
    writeFileSync(at('mine.txt'), 'mine');
    const move = { source: at('mine.txt'), destination: at('old.txt') };
    expect(await call('move', move)).toMatchObject(refused);
    await call('look', { path: at('mine.txt') });
    expect(await call('move', move)).toMatchObject(refused);
    await call('look', { path: at('old.txt') });
    expect(await call('move', move)).toMatchObject({ outcome: 'ok' });
  });

  test('takes along that it was read', async () => {
    const { call } = rig();
    await call('look', { path: at('old.txt') });
    await call('move', { source: at('old.txt'), destination: at('moved.txt') });
    expect(await call('remove', { path: at('moved.txt') })).toMatchObject({ outcome: 'ok' });
  });
});

test('a folder that is moved takes along what was read in it, and nothing else', async () => {
  const { call } = rig();
  writeFileSync(at('folder/unread.txt'), 'unread');
  await call('look', { path: at('folder') });
  await call('look', { path: at('folder/inner.txt') });
  await call('move', { source: at('folder'), destination: at('elsewhere') });
  expect(await call('remove', { path: at('elsewhere/inner.txt') })).toMatchObject({ outcome: 'ok' });
  expect(await call('remove', { path: at('elsewhere/unread.txt') })).toMatchObject(refused);
});

test('what was read before the run was taken up again counts', async () => {
  const { call } = rig({ readSoFar: new Map([['writer', [at('old.txt')]]]) });
  expect(await call('remove', { path: at('old.txt') })).toMatchObject({ outcome: 'ok' });
});

test('unless it is asked for, nothing is held back', async () => {
  const { call } = rig({ readBeforeDelete: false });
  expect(await call('remove', { path: at('old.txt') })).toMatchObject({ outcome: 'ok' });
});
