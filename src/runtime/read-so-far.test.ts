import { expect, test } from 'vitest';
import type { Effect } from '../events/effect.ts';
import type { CallOutcome } from '../events/call-outcome.ts';
import type { DurableEvent } from '../events/run-event.ts';
import { readSoFar } from './read-so-far.ts';

const envelope = {
  v: 1,
  seq: 1,
  at: '2026-01-01T00:00:00.000Z',
  run: 'log_1',
  turn: 1,
  tool: 'read',
} as const;

function call(
  agent: string,
  id: string,
  effects: readonly Effect[],
  paths: readonly string[],
  outcome?: CallOutcome,
): readonly DurableEvent[] {
  const named = { ...envelope, agent, call: id };
  return [
    { ...named, type: 'tool.call.started', arguments: {}, effects, paths },
    ...(outcome === undefined
      ? []
      : [{ ...named, type: 'tool.call.finished' as const, outcome, content: [], latencyMs: 1 }]),
  ];
}

test('what was read is what was asked for, absolute, and came back', () => {
  const read = readSoFar([
    ...call('a', '1', ['Read'], ['/p/x', '/p/../p/y', 'relative'], 'ok'),
    ...call('a', '2', ['Read'], ['/p/failed'], 'tool_error'),
    ...call('a', '3', ['Read'], ['/p/cut']),
    ...call('a', '4', ['Write'], ['/p/written'], 'ok'),
    ...call('a', '5', ['Read', 'Delete'], ['/p/moved'], 'ok'),
    ...call('b', '1', ['Read'], ['/p/z'], 'ok'),
  ]);
  expect(Object.fromEntries(read)).toEqual({ a: ['/p/x', '/p/y'], b: ['/p/z'] });
});
