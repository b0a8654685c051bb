import { expect, it } from 'vitest';
import { toolContentText } from './tool-content.ts';

it('reads a result as text, in the order the tool gave it', () => {
  expect(
    toolContentText([
      { type: 'text', text: 'first' },
      { type: 'image', data: 'aGVsbG8=', mimeType: 'image/png' },
      { type: 'audio', data: 'aGk=', mimeType: 'audio/wav' },
      { type: 'resource', uri: 'file:///a.txt', text: 'inside a' },
      { type: 'resource', uri: 'file:///b.bin', data: 'AAAA' },
      { type: 'text', text: 'last' },
    ]),
  ).toBe(
    'first\n[image image/png, 8 base64 characters]\n[audio audio/wav, 4 base64 characters]\ninside a\n[resource file:///b.bin]\nlast',
  );
  expect(toolContentText([])).toBe('');
});
