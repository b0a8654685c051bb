import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mask, redactText } from '../logging/redact-text.ts';
import type { RunEvent } from '../events/run-event.ts';
import { secret, tellRun, wholeRun } from './events.test-support.ts';
import { createNdjsonDisplay } from './ndjson-display.ts';

function linesOf(events: readonly RunEvent[]): readonly string[] {
  let written = '';
  const display = createNdjsonDisplay((line) => (written += line), redactText);
  for (const event of events) display.event(event);
  return written.split('\n').slice(0, -1);
}

test('every event is one line that reads back as that event, in order', () => {
  const events = tellRun(wholeRun);
  expect(linesOf(events).map((line): unknown => JSON.parse(line))).toEqual(events);
});

test('whatever agents say, a line is a line of JSON without anything a terminal acts on', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.jsonValue(), (text, args) => {
      const lines = linesOf(
        tellRun([
          { type: 'text.delta', agent: 'writer', text },
          {
            type: 'tool.call.started',
            agent: 'writer',
            turn: 1,
            call: 'c',
            tool: text,
            arguments: args,
            effects: [],
          },
        ]),
      );
      expect(lines).toHaveLength(2);
      for (const line of lines) {
        expect(JSON.parse(line)).toMatchObject({ agent: 'writer' });
        expect(line).not.toMatch(/[\u0000-\u001F\u007F-\u009F\u2028-\u202E]/u);
      }
    }),
  );
});

test('secrets are masked, and the line stays JSON', () => {
  const args = {
    password: 12345678901,
    token: 'hunter2hunter2',
    deep: [{ text: `Bearer ${secret}` }],
    env: `KEY=${secret}`,
  };
  const [line = ''] = linesOf(
    tellRun([
      {
        type: 'tool.call.started',
        agent: 'writer',
        turn: 1,
        call: 'c',
        tool: 'act',
        arguments: args,
        effects: [],
      },
    ]),
  );
  expect(line).not.toContain('sk-proj');
  expect(JSON.parse(line)).toMatchObject({
    arguments: { password: 12345678901, token: mask, deep: [{ text: `Bearer ${mask}` }], env: `KEY=${mask}` },
  });
});
