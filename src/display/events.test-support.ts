/** A run as a display sees it: three agents, a tool call, answers, votes, a winner. */
import type { DurableEvent, DurableEventBody, RunEvent } from '../events/run-event.ts';

export const secret = 'sk-proj-Ab1Cd2Ef3Gh4Ij5Kl6Mn7Op8Qr9St0';

type Told = DurableEventBody | { readonly type: 'text.delta'; readonly agent: string; readonly text: string };

/** Gives each event its envelope: a tenth of a second apart, in the order they are told. */
export function tellRun(told: readonly Told[]): readonly RunEvent[] {
  let seq = 0;
  return told.map((body, index): RunEvent => {
    const at = new Date(1_767_225_600_000 + index * 100).toISOString();
    const envelope = { v: 1, at, run: 'log_20260101_000000_abcd' } as const;
    if (body.type === 'text.delta') return { ...envelope, ...body, turn: 1 };
    seq += 1;
    return { ...envelope, seq, ...body };
  });
}

export function durable(body: DurableEventBody): DurableEvent {
  return { v: 1, seq: 1, at: '2026-01-01T12:34:56.789Z', run: 'log_1', ...body };
}

export const started: DurableEventBody = {
  type: 'run.started',
  question: 'Write a report on this folder.\nBe brief.',
  agents: [
    { id: 'writer', alias: 'agent2', backend: 'script', scripted: true, workspace: '/ws/a' },
    { id: 'critic', alias: 'agent1', backend: 'chatcompletion', model: 'gpt-5-mini', scripted: false },
  ],
  seed: 7,
  program: '0.1.0',
  directory: '/logs/log_20260101_000000_abcd',
};

export const wholeRun: readonly Told[] = [
  started,
  { type: 'turn.started', agent: 'writer', turn: 1, shown: 0, mayAnswer: true },
  { type: 'turn.started', agent: 'critic', turn: 1, shown: 0, mayAnswer: true },
  { type: 'text.delta', agent: 'writer', text: 'I look at ' },
  { type: 'text.delta', agent: 'critic', text: 'First line.\nSecond ' },
  { type: 'text.delta', agent: 'writer', text: 'the folder.' },
  { type: 'text.delta', agent: 'critic', text: 'line.\n' },
  {
    type: 'tool.call.finished',
    agent: 'writer',
    turn: 1,
    call: 'call_1',
    tool: 'mcp__filesystem__write_file',
    outcome: 'ok',
    content: [],
    latencyMs: 3.7,
  },
  {
    type: 'workspace.changed',
    agent: 'writer',
    turn: 1,
    call: 'call_1',
    added: ['notes.md'],
    modified: [],
    deleted: ['old.md'],
    cut: false,
  },
  {
    type: 'answer.submitted',
    agent: 'writer',
    turn: 1,
    label: 'writer.1',
    number: 1,
    text: 'See notes.md for everything that was found in the folder, with sizes and dates of all the files in it.',
    comparable: 'see',
  },
  {
    type: 'vote.cast',
    agent: 'critic',
    turn: 2,
    for: 'writer.1',
    reason: 'complete and well ordered',
    shown: 9,
  },
  { type: 'vote.cast', agent: 'writer', turn: 2, for: 'writer.1', reason: '', shown: 9 },
  {
    type: 'winner.selected',
    agent: 'writer',
    answer: 'writer.1',
    votes: [
      { agent: 'writer', for: 'writer.1', reason: '' },
      { agent: 'critic', for: 'writer.1', reason: 'complete and well ordered' },
    ],
    rule: 'most_votes',
  },
  { type: 'presentation.started', agent: 'writer', turn: 3, strategy: 'winner_present' },
  { type: 'text.delta', agent: 'writer', text: 'The final words.\n' },
  {
    type: 'presentation.finished',
    agent: 'writer',
    turn: 3,
    text: 'The final words.\n',
    source: 'presented',
  },
  { type: 'run.finished', outcome: 'answered', winner: 'writer.1' },
  { type: 'server.stopped', server: 'filesystem', agent: 'writer' },
];
