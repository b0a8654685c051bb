import { expect, test } from 'vitest';
import type { DurableEvent, DurableEventBody } from '../events/run-event.ts';
import { stagedContexts } from './staged-context.ts';

let seq = 0;
const event = (body: DurableEventBody): DurableEvent => ({
  v: 1,
  seq: (seq += 1),
  at: '2026-01-01T00:00:00.000Z',
  run: 'log_1',
  ...body,
});

const staged = (path: string, turn = 1, agent = 'a'): DurableEvent =>
  event({
    type: 'context.staged',
    agent,
    turn,
    path,
    kind: 'folder',
    place: `/staged${path}`,
    snapshot: 'one',
    files: 1,
    bytes: 1,
    protected: [],
    left: [],
    skipped: [],
  });
const changed = (path: string, turn = 1, agent = 'a'): DurableEvent =>
  event({
    type: 'context.changed',
    agent,
    turn,
    path,
    snapshot: 'two',
    added: [],
    modified: [],
    deleted: [],
    cut: false,
    complete: true,
  });
const kept = (path: string): DurableEvent =>
  event({ type: 'changes.kept', path, snapshot: 'two', reason: 'never' });
const presented = (turn: number, more: object = {}): DurableEvent =>
  event({ type: 'presentation.finished', agent: 'a', turn, text: '', source: 'presented', ...more });

test('each path has its copy, what was done to it, and what became of that', () => {
  const all = stagedContexts([staged('/p'), staged('/q'), changed('/p'), kept('/p')]).all();
  expect(all.map(({ staged: { path }, changed: did, settled }) => [path, did?.type, settled?.type])).toEqual([
    ['/p', 'context.changed', 'changes.kept'],
    ['/q', undefined, undefined],
  ]);
});

test('a turn that starts anew has copies of its own, and nothing of the one before', () => {
  const contexts = stagedContexts([staged('/p'), staged('/q'), changed('/p')]);
  contexts.remember(staged('/p', 2));
  // Of the turn before; it says nothing of the new copy.
  contexts.remember(changed('/p'));
  expect(contexts.all()).toMatchObject([{ staged: { turn: 2, path: '/p' } }]);
  expect(contexts.all()[0]?.changed).toBeUndefined();
});

test('what is made by a command later takes the place of what was kept', () => {
  const applied = event({
    type: 'changes.applied',
    path: '/p',
    snapshot: 'two',
    applied: [],
    conflicts: [],
    refused: [],
    cut: false,
    by: 'command',
  });
  const contexts = stagedContexts([staged('/p'), changed('/p'), kept('/p'), applied]);
  expect(contexts.all()[0]?.settled?.type).toBe('changes.applied');
});

test('a final turn is complete when it ended without an error', () => {
  const error = { code: 'MG1705', message: 'no' };
  const contexts = stagedContexts([presented(1, { error }), presented(2)]);
  expect([1, 2, 3].map((turn) => contexts.isComplete('a', turn))).toEqual([false, true, false]);
  expect(contexts.isComplete('b', 2)).toBe(false);
});
