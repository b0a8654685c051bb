import { describe, expect, test } from 'vitest';
import type { DecisionRequest } from './decision-handler.ts';
import { decisionTools } from './decision-tools.ts';
import {
  createPipelineRig,
  fakeTool,
  textResult,
  type FakeTool,
  type PipelineRig,
} from './pipeline-rig.test-support.ts';
import { toolTable } from './tool-table.ts';
import type { ToolCallRequest, ToolSession } from './tool-session.ts';
import { createTurnToolSession } from './turn-tool-session.ts';

interface SessionRig extends PipelineRig {
  readonly session: ToolSession;
  /** What was asked of the coordinator, in order. */
  readonly checked: readonly (readonly DecisionRequest[])[];
  readonly decided: readonly DecisionRequest[];
}

function createSessionRig(
  tools: readonly FakeTool[],
  options: { readonly refusal?: string; readonly mayAnswer?: boolean; readonly mayVote?: boolean } = {},
): SessionRig {
  const { refusal, mayAnswer = true, mayVote = true } = options;
  const checked: (readonly DecisionRequest[])[] = [];
  const decided: DecisionRequest[] = [];
  const decisions = {
    check: (requests: readonly DecisionRequest[]) => {
      checked.push(requests);
      return Promise.resolve(refusal);
    },
    decide: (decision: DecisionRequest) => {
      decided.push(decision);
      return Promise.resolve({ ...textResult('Accepted.'), decision: 'accepted' as const });
    },
  };
  const all = [...tools, ...decisionTools(decisions, mayAnswer, mayVote)];
  const rig = createPipelineRig(all);
  return {
    ...rig,
    checked,
    decided,
    session: createTurnToolSession({
      agent: 'writer',
      turn: 1,
      table: () => toolTable(all),
      pipeline: rig.pipeline,
      decisions,
      recorder: rig.recorder,
    }),
  };
}

let count = 0;
function request(name: string, args: unknown = {}): ToolCallRequest {
  count += 1;
  return { id: `call_${count}`, name, arguments: args };
}
const answer = (content: unknown = 'an answer'): ToolCallRequest => request('new_answer', { content });
const vote = (label: unknown = 'agent2.1'): ToolCallRequest =>
  request('vote', { answer: label, reason: 'good' });
const { signal } = new AbortController();

test('offers what is in the table, in its order', () => {
  const { session } = createSessionRig([fakeTool('act')], { mayVote: false });
  expect(session.list().map(({ name }) => name)).toEqual(['act', 'new_answer']);
});

describe('a response with calls only', () => {
  test('gets a result for each, in the order of the calls, whichever ends first', async () => {
    const waits: (() => void)[] = [];
    const tool = fakeTool('act', {
      invoke: ({ name }) =>
        new Promise((resolve) => {
          waits.push(() => resolve(textResult(String(name))));
        }),
    });
    const { session, clock } = createSessionRig([tool]);
    const calls = ['a', 'b', 'c'].map((name) => request('act', { name }));
    const calling = session.callAll(calls, signal);
    await clock.until(() => waits.length === 3);
    for (const finish of waits.toReversed()) finish();
    expect(await calling).toEqual(
      calls.map(({ id, arguments: args }) => ({ id, ...textResult((args as { name: string }).name) })),
    );
  });

  test('runs four at a time', async () => {
    let running = 0;
    let most = 0;
    const waiting: (() => void)[] = [];
    const tool = fakeTool('act', {
      invoke: async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise<void>((resolve) => {
          waiting.push(resolve);
        });
        running -= 1;
        return textResult('done');
      },
    });
    const { session, clock } = createSessionRig([tool]);
    const calls = Array.from({ length: 10 }, () => request('act'));
    const calling = session.callAll(calls, signal);
    for (let done = 0; done < 10; done += 1) {
      await clock.until(() => waiting.length > 0);
      await clock.advance(0);
      expect(waiting.length).toBe(Math.min(4, 10 - done));
      waiting.shift()?.();
    }
    expect(await calling).toHaveLength(10);
    expect(most).toBe(4);
  });

  test('with the same id twice gets two results and two records', async () => {
    const tool = fakeTool('act', { invoke: ({ n }) => Promise.resolve(textResult(`result ${n}`)) });
    const { session, told } = createSessionRig([tool]);
    const calls = [1, 2].map((n) => ({ id: 'call_same', name: 'act', arguments: { n } }));
    expect(await session.callAll(calls, signal)).toEqual([
      { id: 'call_same', ...textResult('result 1') },
      { id: 'call_same', ...textResult('result 2') },
    ]);
    expect(told().toSorted()).toEqual(['finished ok', 'finished ok', 'started', 'started']);
  });

  test('and nothing to do is nothing', async () => {
    expect(await createSessionRig([]).session.callAll([], signal)).toEqual([]);
  });

  test('is not shown to who decides', async () => {
    const { session, checked } = createSessionRig([fakeTool('act')]);
    await session.callAll([request('act'), request('unknown')], signal);
    expect(checked).toEqual([]);
  });

  test('one call that is refused does not touch the others', async () => {
    const { session } = createSessionRig([fakeTool('act')]);
    const results = await session.callAll([request('act'), request('unknown'), request('act')], signal);
    expect(results.map(({ outcome }) => outcome)).toEqual(['ok', 'denied', 'ok']);
  });

  test('of a turn that is over is cancelled, call by call', async () => {
    const tool = fakeTool('act');
    const { session, told } = createSessionRig([tool]);
    const results = await session.callAll([request('act'), request('act')], AbortSignal.abort());
    expect(results.map(({ outcome }) => outcome)).toEqual(['cancelled', 'cancelled']);
    expect(tool.calls).toEqual([]);
    expect(told()).toHaveLength(4);
  });
});

describe('a response with a decision', () => {
  test('decides after all its other calls, wherever it stands', async () => {
    const order: string[] = [];
    const tool = fakeTool('act', {
      invoke: async () => {
        order.push('act');
        return textResult('done');
      },
    });
    const { session, decided, journal } = createSessionRig([tool]);
    const calls = [answer(), request('act'), request('act')];
    const results = await session.callAll(calls, signal);
    expect(results.map(({ id }) => id)).toEqual(calls.map(({ id }) => id));
    expect(results[0]).toMatchObject({ outcome: 'ok', decision: 'accepted' });
    expect(results[1]).not.toHaveProperty('decision');
    expect(decided).toEqual([{ type: 'new_answer', content: 'an answer' }]);
    const tools = journal.events.flatMap((event) => (event.type === 'tool.call.started' ? [event.tool] : []));
    expect(tools).toEqual(['act', 'act', 'new_answer']);
  });

  test('that is refused as a whole gets an error for every call, and none is made', async () => {
    const tool = fakeTool('act');
    const { session, decided, told, journal } = createSessionRig([tool], { refusal: 'You voted twice.' });
    const calls = [request('act'), vote(), request('unknown'), vote()];
    expect(await session.callAll(calls, signal)).toEqual(
      calls.map(({ id }) => ({ id, ...textResult('You voted twice.', 'denied'), decision: 'rejected' })),
    );
    expect(tool.calls).toEqual([]);
    expect(decided).toEqual([]);
    expect(told()).toEqual(calls.flatMap(() => ['started', 'finished denied']));
    expect(journal.events[1]).toMatchObject({ error: { code: 'MG1509' } });
  });

  test('is looked at once, with all its decisions', async () => {
    const { session, checked } = createSessionRig([]);
    await session.callAll([answer('text'), vote('agent1.2')], signal);
    expect(checked).toEqual([
      [
        { type: 'new_answer', content: 'text' },
        { type: 'vote', target: 'agent1.2', reason: 'good' },
      ],
    ]);
  });

  test('of a wrong form is left to the check of its arguments: it can be corrected', async () => {
    const { session, checked, decided } = createSessionRig([]);
    for (const call of [
      vote(7),
      answer(null),
      request('vote', 'agent2.1'),
      request('new_answer', { text: 'x' }),
    ]) {
      const [result] = await session.callAll([call], signal);
      expect(result).toMatchObject({ outcome: 'denied' });
      expect(result).not.toHaveProperty('decision');
    }
    expect(checked).toEqual([]);
    expect(decided).toEqual([]);
  });

  test('of a wrong form beside another counts like a right one', async () => {
    const { session, checked } = createSessionRig([], { refusal: 'You voted and answered.' });
    const results = await session.callAll([answer('good'), vote(7)], signal);
    expect(checked[0]?.map(({ type }) => type)).toEqual(['new_answer', 'vote']);
    expect(results.every(({ decision }) => decision === 'rejected')).toBe(true);
  });

  test('that is not on offer is asked about: an agent at its limit has used up an attempt', async () => {
    const { session, checked } = createSessionRig([], { mayAnswer: false, refusal: 'No further answers.' });
    expect(await session.callAll([answer()], signal)).toMatchObject([{ decision: 'rejected' }]);
    expect(checked).toHaveLength(1);
  });

  test('where none is asked for is a call of an unknown tool', async () => {
    const { session, checked } = createSessionRig([fakeTool('act')], { mayAnswer: false, mayVote: false });
    const [result] = await session.callAll([answer()], signal);
    expect(result).toMatchObject({
      outcome: 'denied',
      content: [{ text: expect.stringContaining('no tool of that name') }],
    });
    expect(result).not.toHaveProperty('decision');
    expect(checked).toEqual([]);
  });

  test('cannot be written: rejects, and nothing is made', async () => {
    const tool = fakeTool('act');
    const { session, journal } = createSessionRig([tool], { refusal: 'no' });
    const full = new Error('disk full');
    journal.failFrom(() => true, full);
    await expect(session.callAll([vote(), request('act')], signal)).rejects.toBe(full);
    expect(tool.calls).toEqual([]);
  });
});
