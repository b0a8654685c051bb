import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ToolContent } from '../../events/tool-content.ts';
import { createPipelineRig, fakeTool, type PipelineRig } from '../pipeline-rig.test-support.ts';

function rigOf(
  content: readonly ToolContent[],
  more: Parameters<typeof createPipelineRig>[1] = {},
): PipelineRig {
  return createPipelineRig(
    [fakeTool('act', { invoke: () => Promise.resolve({ outcome: 'ok', content }) })],
    more,
  );
}

const text = (value: string): ToolContent => ({ type: 'text', text: value });

test('what fits comes as it is', async () => {
  const content: readonly ToolContent[] = [
    text('x'.repeat(100_000)),
    { type: 'image', data: 'a'.repeat(7_000_000), mimeType: 'image/png' },
    { type: 'resource', uri: 'file:///a' },
  ];
  const rig = rigOf(content);
  expect((await rig.call('act')).content).toEqual(content);
  expect(rig.spilled.size).toBe(0);
});

test('of a long text the model gets the beginning, the end, and where all of it is', async () => {
  const long = `START${'x'.repeat(300_000)}END`;
  const rig = rigOf([text(long)]);
  const [part] = (await rig.call('act')).content;
  const shown = part?.type === 'text' ? part.text : '';
  expect(shown.startsWith('START')).toBe(true);
  expect(shown.endsWith('END')).toBe(true);
  expect(shown).toContain(
    '200008 of 300008 characters left out; the whole text is in /views/spill/call_1-0.txt',
  );
  expect(rig.spilled).toEqual(new Map([['call_1-0', long]]));
});

test('the journal has what the model gets', async () => {
  const rig = rigOf([text('x'.repeat(300_000))]);
  const { content } = await rig.call('act');
  expect(rig.journal.events[1]).toMatchObject({ type: 'tool.call.finished', content });
});

test('all parts of a result share the room, texts inside of resources too', async () => {
  const part = 'y'.repeat(60_000);
  const rig = rigOf([text(part), { type: 'resource', uri: 'file:///a', text: part }, text(part)]);
  const { content } = await rig.call('act');
  const total = content.reduce((sum, each) => sum + ('text' in each ? (each.text?.length ?? 0) : 0), 0);
  expect(total).toBeLessThan(101_000);
  expect(content[1]).toMatchObject({ type: 'resource', uri: 'file:///a' });
  expect([...rig.spilled]).toEqual([
    ['call_1-1', part],
    ['call_1-2', part],
  ]);
});

test('whatever comes, the model is given little more than the limit, of whole characters', async () => {
  const part = fc.oneof(
    fc.nat(150_000).map((length) => text('🙂'.repeat(length / 2))),
    fc.nat(150_000).map((length): ToolContent => ({
      type: 'resource',
      uri: 'u'.repeat(length),
      text: 'z'.repeat(length),
    })),
    fc.constant<ToolContent>({ type: 'audio', data: 'aGk=', mimeType: 'audio/wav' }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 8 }), async (content) => {
      const rig = rigOf(content);
      const result = await rig.call('act');
      const total = result.content.reduce(
        (sum, each) =>
          sum +
          ('text' in each ? (each.text?.length ?? 0) : 0) +
          (each.type === 'resource' ? each.uri.length : 0),
        0,
      );
      expect(total).toBeLessThan(100_000 + content.length * 2_200);
      expect(JSON.stringify(result).isWellFormed()).toBe(true);
    }),
    { numRuns: 50 },
  );
});

test('a picture that is too large is named instead', async () => {
  const rig = rigOf([{ type: 'image', data: 'a'.repeat(7_000_001), mimeType: 'image/png' }]);
  expect((await rig.call('act')).content).toEqual([
    text('[image of 7000001 base64 characters left out: too large]'),
  ]);
});

test('a thousand small parts become two hundred and one', async () => {
  const rig = rigOf(Array.from({ length: 1_000 }, (_, index) => text(`part ${index}`)));
  const { content } = await rig.call('act');
  expect(content).toHaveLength(201);
  expect(content[200]).toMatchObject({ text: expect.stringMatching(/^part 200\n.*part 999$/su) });
});

test('a disk that takes nothing costs the rest of the text, and is named', async () => {
  const rig = rigOf([text('x'.repeat(300_000))], {
    spill: () => Promise.reject(new Error('ENOSPC: no space left')),
  });
  const result = await rig.call('act');
  expect(result.outcome).toBe('ok');
  expect(result.content[0]).toMatchObject({ text: expect.stringContaining('could not be stored: ENOSPC') });
});
