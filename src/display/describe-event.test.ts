import { describe, expect, test } from 'vitest';
import type { DurableEventBody } from '../events/run-event.ts';
import { describeEvent, plural, seconds } from './describe-event.ts';
import { durable } from './events.test-support.ts';

const inTurn = { agent: 'writer', turn: 2 } as const;
const error = {
  code: 'MG1603',
  message: 'The model provider limits the rate of requests',
  hint: 'Try again later',
};
const staged = {
  type: 'context.staged',
  ...inTurn,
  path: '/p',
  kind: 'folder',
  place: '/staged/p',
  snapshot: 'x',
  files: 1,
  bytes: 1,
  protected: [],
  left: [],
  skipped: [],
} as const;
const applied = {
  type: 'changes.applied',
  path: '/p',
  snapshot: 'x',
  applied: ['a'],
  conflicts: [],
  refused: [],
  cut: false,
  by: 'config',
} as const;
const call = { ...inTurn, call: 'call_1', content: [], latencyMs: 12.4 } as const;

test.each<[DurableEventBody, string]>([
  [{ type: 'turn.started', ...inTurn, shown: 0, mayAnswer: true }, 'starts on the task'],
  [{ type: 'turn.started', ...inTurn, shown: 5, mayAnswer: true }, 'weighs the answers'],
  [
    { type: 'turn.failed', ...inTurn, error, failures: 1, retryInMs: 90_000 },
    'turn failed: The model provider limits the rate of requests (MG1603) · tries again in 1 min 30 s',
  ],
  [{ type: 'turn.interrupted', ...inTurn, reason: 'restart' }, 'interrupted (a new answer came)'],
  [{ type: 'turn.interrupted', ...inTurn, reason: 'decided' }, 'stops: the team has decided'],
  [
    {
      type: 'attempt.rejected',
      ...inTurn,
      attempt: 1,
      reason: 'no_decision',
      message: 'You ended without a decision. Call `vote`.',
    },
    'asked again: You ended without a decision.',
  ],
  [
    { type: 'agent.retired', agent: 'writer', failures: 3, error },
    'retired after 3 failures: The model provider limits the rate of requests (MG1603) · Try again later',
  ],
  [staged, 'may now change a copy of /p'],
  [
    { ...staged, skipped: [{ path: 'pipe', reason: 'a pipe (FIFO)' }] },
    'may now change a copy of /p, without pipe (a pipe (FIFO))',
  ],
  [
    {
      type: 'context.changed',
      ...inTurn,
      path: '/p',
      snapshot: 'y',
      added: ['b'],
      modified: [],
      deleted: ['c'],
      cut: false,
      complete: true,
    },
    'changed in its copy of /p: +b -c',
  ],
  [applied, '1 change made in /p'],
  [
    {
      ...applied,
      conflicts: [{ path: 'b', reason: 'it was changed meanwhile' }],
      refused: [{ path: '.git', reason: 'is left out of copies' }],
    },
    '1 change made in /p; not changed: b (it was changed meanwhile); refused: .git (is left out of copies)',
  ],
  [{ type: 'changes.kept', path: '/p', snapshot: 'y', reason: 'declined' }, 'not changed: /p: you said no'],
  [
    { type: 'changes.undone', path: '/p', undone: ['a', 'b'], conflicts: [], cut: false },
    'put back in /p: 2 changes',
  ],
  [
    { type: 'vote.voided', ...inTurn, for: 'critic.1', reason: 'new_answer' },
    'vote for critic.1 is void: a new answer came',
  ],
  [{ type: 'tool.call.finished', ...call, tool: 'act', outcome: 'ok' }, 'tool act ok, 12 ms'],
  [
    {
      type: 'tool.call.finished',
      ...call,
      tool: 'act',
      outcome: 'tool_error',
      content: [{ type: 'text', text: 'no such file\nat all' }],
    },
    'tool act tool_error, 12 ms: no such file…',
  ],
  [
    { type: 'tool.call.finished', ...call, tool: 'act\nWon   me', outcome: 'denied', error },
    'tool act… denied, 12 ms: The model provider limits the rate of requests',
  ],
  [
    { type: 'tool.call.finished', ...call, tool: 'vote', outcome: 'denied', error },
    'tool vote denied, 12 ms: The model provider limits the rate of requests',
  ],
  [
    {
      type: 'workspace.changed',
      ...inTurn,
      call: 'c',
      added: ['a', 'b', 'c'],
      modified: ['d', 'e', 'f'],
      deleted: ['g', 'h'],
      cut: false,
    },
    'files +a +b +c ~d ~e ~f and 2 more',
  ],
  [
    { type: 'server.ready', server: 'files', agent: 'writer', tools: ['a'], startMs: 35 },
    'MCP server files is ready: 1 tool, 35 ms',
  ],
  [{ type: 'limit.reached', limit: 'user_stop' }, 'stopping: finishing with what exists'],
  [{ type: 'run.resumed', after: 3, program: '1' }, 'the run is taken up again'],
])('%j', (event, text) => {
  expect(describeEvent(durable(event))?.text).toBe(text);
});

describe('events that need no line', () => {
  test.each<DurableEventBody>([
    { type: 'turn.finished', ...inTurn, decision: 'vote' },
    { type: 'tool.call.started', ...inTurn, call: 'c', tool: 'act', arguments: {}, effects: [] },
    { type: 'tool.call.finished', ...call, tool: 'vote', outcome: 'ok' },
    {
      type: 'tool.call.finished',
      ...call,
      tool: 'act',
      outcome: 'denied',
      error: { code: 'MG1509', message: 'x' },
    },
    { type: 'backoff.ended', agent: 'writer' },
    { type: 'server.stopped', server: 'files' },
    { type: 'presentation.started', ...inTurn, strategy: 'winner_reuse' },
  ])('%j', (event) => {
    expect(describeEvent(durable(event))).toBeUndefined();
  });
});

test.each([
  [0, '0.0 s'],
  [960, '1.0 s'],
  [59_900, '59.9 s'],
  [59_960, '1 min 0 s'],
  [60_000, '1 min 0 s'],
  [119_700, '2 min 0 s'],
  [3_600_000, '60 min 0 s'],
])('%i ms are %s', (ms, text) => {
  expect(seconds(ms)).toBe(text);
});

test('plural', () => {
  expect([plural(0, 'vote'), plural(1, 'vote'), plural(2, 'vote')]).toEqual(['0 votes', '1 vote', '2 votes']);
});
