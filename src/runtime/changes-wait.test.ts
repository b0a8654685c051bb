import { expect, test } from 'vitest';
import type { DurableEvent, DurableEventBody } from '../events/run-event.ts';
import { changesWait } from './changes-wait.ts';

const path = '/p';
const staged: DurableEventBody = {
  type: 'context.staged',
  agent: 'a',
  turn: 1,
  path,
  kind: 'folder',
  place: '/staged/p',
  snapshot: 'one',
  files: 1,
  bytes: 1,
  protected: [],
  left: [],
  skipped: [],
};
const changed = (...modified: readonly string[]): DurableEventBody => ({
  type: 'context.changed',
  agent: 'a',
  turn: 1,
  path,
  snapshot: 'two',
  added: [],
  modified,
  deleted: [],
  cut: false,
  complete: true,
});
const kept = (reason: 'never' | 'declined' | 'failed'): DurableEventBody => ({
  type: 'changes.kept',
  path,
  snapshot: 'two',
  reason,
});
const applied = (...conflicts: readonly string[]): DurableEventBody => ({
  type: 'changes.applied',
  path,
  snapshot: 'two',
  applied: [],
  conflicts: conflicts.map((each) => ({ path: each, reason: 'it was changed meanwhile' })),
  refused: [],
  cut: false,
  by: 'command',
});

test.each<[string, readonly DurableEventBody[], boolean]>([
  ['no copy was made', [], false],
  ['the final turn was cut', [staged], false],
  ['it changed nothing', [staged, changed()], false],
  ['the run was cut before anybody decided', [staged, changed('a')], true],
  ['they are left to the user', [staged, changed('a'), kept('never')], true],
  ['the user did not want them', [staged, changed('a'), kept('declined')], false],
  ['the copy could not be recorded', [staged, kept('failed')], true],
  ['they were made', [staged, changed('a'), kept('never'), applied()], false],
  ['some were conflicts', [staged, changed('a'), applied('a')], true],
])('%s', (_, bodies, waits) => {
  const events = bodies.map((body, index): DurableEvent => ({
    v: 1,
    seq: index + 1,
    at: '2026-01-01T00:00:00.000Z',
    run: 'log_1',
    ...body,
  }));
  expect(changesWait(events)).toBe(waits);
});
