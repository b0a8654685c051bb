import { describe, expect, it } from 'vitest';
import { durabilityOf } from './durability.ts';
import type { Effect } from './effect.ts';
import type { RunEventBody } from './run-event.ts';

const of = { agent: 'writer', turn: 1 };
const error = { code: 'MG1709', message: 'gone' };

function callWith(effects: readonly Effect[]): RunEventBody {
  return {
    type: 'tool.call.started',
    ...of,
    call: 'call_1',
    tool: 'mcp__files__write',
    arguments: {},
    effects,
  };
}

describe('durabilityOf', () => {
  it.each<RunEventBody>([
    { type: 'text.delta', ...of, text: 'a' },
    { type: 'reasoning.delta', ...of, text: 'a' },
  ])('$type only streams', (event) => {
    expect(durabilityOf(event)).toBe('ephemeral');
  });

  it.each<RunEventBody>([
    { type: 'run.started', question: '', agents: [], seed: 1, program: '0', directory: '/run' },
    { type: 'answer.submitted', ...of, label: 'writer.1', number: 1, text: 'a', comparable: 'a' },
    { type: 'vote.cast', ...of, for: 'writer.1', reason: '', shown: 1 },
    { type: 'snapshot.published', ...of, snapshot: 's', files: 0, bytes: 0, excluded: [], skipped: [] },
    { type: 'winner.selected', agent: 'writer', answer: 'writer.1', votes: [], rule: 'only_answer' },
    { type: 'approval.decided', ...of, call: 'call_1', decision: 'allow', by: 'user' },
    { type: 'budget.settled', agent: 'writer', call: 'call_1', usage: {} },
  ])('$type survives power loss', (event) => {
    expect(durabilityOf(event)).toBe('synced');
  });

  it.each<RunEventBody>([
    { type: 'turn.started', ...of, shown: 0, mayAnswer: true },
    { type: 'turn.failed', ...of, error, failures: 1 },
    { type: 'vote.voided', ...of, for: 'writer.1', reason: 'new_answer' },
    { type: 'run.finished', outcome: 'answered' },
    { type: 'warning.raised', code: 'MG1000', message: 'a' },
  ])('$type survives the death of the process', (event) => {
    expect(durabilityOf(event)).toBe('written');
  });

  it('a version of a workspace survives the death of the process, and power loss when it is for an answer', () => {
    const version = { snapshot: 's', files: 0, bytes: 0, excluded: [], skipped: [] };
    expect(durabilityOf({ type: 'snapshot.published', ...of, ...version })).toBe('synced');
    expect(durabilityOf({ type: 'snapshot.published', ...of, ...version, call: 'call_1' })).toBe('written');
  });

  it('the start of a call that only reads survives the death of the process', () => {
    expect(durabilityOf(callWith(['Read']))).toBe('written');
  });

  it.each<Effect>(['Write', 'Delete', 'Exec', 'Net', 'Unknown'])(
    'the start of a call that may do more (%s) survives power loss',
    (effect) => {
      expect(durabilityOf(callWith([effect]))).toBe('synced');
      expect(durabilityOf(callWith(['Read', effect]))).toBe('synced');
    },
  );
});
