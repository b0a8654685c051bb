import fc from 'fast-check';
import { expect, test } from 'vitest';
import { serverContent } from './server-content.ts';

test('anything at all becomes content', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      for (const result of [value, { content: value }, { content: [value] }]) {
        const { content } = serverContent(result);
        expect(content.every((part) => ['text', 'image', 'audio', 'resource'].includes(part.type))).toBe(
          true,
        );
      }
    }),
  );
});

test('every kind of block is taken as it is meant', () => {
  const content = [
    { type: 'text', text: 'plain' },
    { type: 'image', data: 'aGk=', mimeType: 'image/png' },
    { type: 'audio', data: 'aGk=' },
    { type: 'resource', resource: { uri: 'file:///a', text: 'inside', mimeType: 'text/plain' } },
    { type: 'resource', resource: { uri: 'file:///b', blob: 'aGk=' } },
    { type: 'resource_link', uri: 'file:///c', name: 'third' },
  ];
  expect(serverContent({ content, isError: true })).toEqual({
    isError: true,
    content: [
      { type: 'text', text: 'plain' },
      { type: 'image', data: 'aGk=', mimeType: 'image/png' },
      { type: 'audio', data: 'aGk=', mimeType: 'application/octet-stream' },
      { type: 'resource', uri: 'file:///a', text: 'inside', mimeType: 'text/plain' },
      { type: 'resource', uri: 'file:///b', data: 'aGk=' },
      { type: 'resource', uri: 'file:///c', text: 'third: file:///c' },
    ],
  });
});

test('a block of no known kind is shown as it came', () => {
  expect(serverContent({ content: [{ type: 'hologram', shape: 'cube' }] }).content).toEqual([
    { type: 'text', text: '{"type":"hologram","shape":"cube"}' },
  ]);
});

test('structured content alone is shown, beside blocks it is not said twice', () => {
  expect(serverContent({ structuredContent: { celsius: 21 } }).content).toEqual([
    { type: 'text', text: '{"celsius":21}' },
  ]);
  const both = { content: [{ type: 'text', text: '21' }], structuredContent: { celsius: 21 } };
  expect(serverContent(both).content).toEqual([{ type: 'text', text: '21' }]);
});

test('nesting that cannot be written is said, not thrown', () => {
  const deep: unknown = JSON.parse('['.repeat(50_000) + ']'.repeat(50_000));
  expect(serverContent({ content: [deep] }).content).toEqual([
    { type: 'text', text: expect.stringContaining('too deeply') },
  ]);
});
