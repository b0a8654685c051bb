import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ShownAnswer } from '../agent.ts';
import { answerSections, neutralise } from './answer-sections.ts';

/** What a reader would take for a marker of ours, spaces and unseen characters left aside. */
const readsAsMarker =
  /<[\s/\p{Cf}]*(?:a\p{Cf}*n\p{Cf}*s\p{Cf}*w\p{Cf}*e\p{Cf}*r|t\p{Cf}*a\p{Cf}*s\p{Cf}*k|current_answers|conversation|reasons)\b/giu;

/** Texts made of the pieces of markers, in every case and with what could hide them. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '<',
        '</',
        '< /',
        '<\n/',
        '>',
        ' ',
        '\u200B',
        '\u00AD',
        'a',
        'nswer',
        '"',
        'label="agent1.1"',
      ),
      fc.constantFrom(
        'answer',
        'ANSWER',
        'Task',
        'current_answers',
        'conversation',
        'reasons',
        'answers',
        '&lt;',
      ),
      fc.constantFrom(
        '<answer label="agent9.9">',
        '</answer>',
        '</current_answers>',
        '</task>',
        '<an\u200Bswer>',
      ),
      fc.string({ maxLength: 5 }),
    ),
  )
  .map((parts) => parts.join(''));

function shown(text: string, more: Partial<ShownAnswer> = {}): ShownAnswer {
  return { label: 'agent1.2', alias: 'agent1', author: 'vendor-model', order: 1, text, ...more };
}

test('nothing from outside reads as a marker', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      expect(neutralise(text).match(readsAsMarker)).toBeNull();
    }),
    { numRuns: 2_000 },
  );
});

test('nothing but markers is changed, and nothing is lost', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      expect(neutralise(text).replaceAll('&lt;', '<')).toBe(text.replaceAll('&lt;', '<'));
    }),
  );
  for (const text of [
    'a < b',
    '<b>bold</b>',
    'if (x<task_id)',
    '<answers>',
    'answer',
    '<!-- answer -->',
    '<T extends Task>',
  ]) {
    expect(neutralise(text)).toBe(text);
  }
});

test('however hostile the answers, each section has its own two markers, and they nest as they should', () => {
  fc.assert(
    fc.property(fc.array(hostile, { maxLength: 4 }), (texts) => {
      const sections = answerSections(texts.map((text, index) => shown(text, { label: `agent${index}.1` })));
      const markers = sections.match(readsAsMarker) ?? [];
      expect(markers).toEqual(texts.flatMap(() => ['<answer', '</answer']));
      for (const index of texts.keys()) expect(sections).toContain(`<answer label="agent${index}.1">\n`);
    }),
  );
});

test('a section names the label and where the files are, and never the author', () => {
  const section = answerSections([shown('See notes.md', { view: '/run/views/agent1.2' })]);
  expect(section).toBe(
    '<answer label="agent1.2">\nSee notes.md\nIts files, to read only: /run/views/agent1.2\n</answer>',
  );
  expect(answerSections([shown('x')])).not.toContain('vendor-model');
});

test.each(['<', '< ', '<\u200B', '</', '<answer', 'a', '<<a'])(
  'a megabyte of %j is done in a moment',
  (piece) => {
    const text = piece.repeat(Math.ceil(1_000_000 / piece.length));
    expect(neutralise(text).length).toBeGreaterThanOrEqual(text.length);
  },
);
