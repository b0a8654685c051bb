import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fillDeep, fillTemplate } from './fill-template.ts';

const values = new Map([
  ['workspace', '/ws'],
  ['views.writer', '/views/agent2.1'],
  ['list', 'b.md\n\n  a.md  \nc.txt\n'],
  ['nested', '{{workspace}}'],
  ['empty', ''],
]);

describe('fillTemplate', () => {
  test.each([
    ['no names here', 'no names here'],
    ['{{workspace}}/notes.md', '/ws/notes.md'],
    ['{{ workspace }}', '/ws'],
    ['{{views.writer}} and {{workspace}}', '/views/agent2.1 and /ws'],
    ['{{list | lines}}', '- b.md\n- a.md\n- c.txt'],
    ['{{list|count}}', '3'],
    ['{{list | first}}', 'b.md'],
    ['{{list | head 2}}', 'b.md\n  a.md  \n… and 1 more'],
    ['{{list | head}}', 'b.md\n  a.md  \nc.txt'],
    ['{{list | grep .md}}', 'b.md\n  a.md  '],
    ['{{list | grep .md | count}}', '2'],
    ['{{list | after .}}', 'md\nmd\ntxt'],
    ['{{list | after b.}}', 'md'],
    ['{{empty | count}} {{empty | lines}}.', '0 .'],
    ['{workspace} {{}} { {workspace} }', '{workspace} {{}} { {workspace} }'],
  ])('%j becomes %j', (text, expected) => {
    expect(fillTemplate(text, values)).toBe(expected);
  });

  test('what a value says is not filled again', () => {
    expect(fillTemplate('{{nested}}', values)).toBe('{{workspace}}');
  });

  test('special characters of a value stay as they are', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        expect(fillTemplate('<{{x}}>', new Map([['x', value]]))).toBe(`<${value}>`);
      }),
    );
    expect(fillTemplate('{{x}}', new Map([['x', "$& $1 $' $$"]]))).toBe("$& $1 $' $$");
  });

  test.each([
    ['{{wrokspace}}', /\{\{wrokspace\}\}/u, /Known here: .*workspace.*views\.writer/u],
    ['{{ }}', /\{\{\}\}/u, /Known here/u],
    ['{{constructor}}', /\{\{constructor\}\}/u, /Known here/u],
    ['{{list | uper}}', /filter uper/u, /Filters: lines/u],
    ['{{list | toString}}', /filter toString/u, /Filters: lines/u],
    ['{{list | head many}}', /head many/u, /number of lines/u],
  ])('%s is a mistake of the script that says what would be right', (text, message, hint) => {
    expect(() => fillTemplate(text, values)).toThrow(
      expect.objectContaining({
        code: 'MG1650',
        message: expect.stringMatching(message),
        hint: expect.stringMatching(hint),
      }),
    );
  });

  test.each(['{', '{{ ', '{{a', '{{a|', '}}', '{{|'])('a megabyte of %j is done in a moment', (piece) => {
    const text = piece.repeat(Math.ceil(1_000_000 / piece.length));
    expect(fillTemplate(text, values)).toBe(text);
  });
});

test('fillDeep fills every text, leaves the rest, and keeps keys', () => {
  const args: unknown = JSON.parse(
    '{"path":"{{workspace}}/a","n":1,"on":true,"none":null,"list":["{{workspace}}",{"{{x}}":"y"}],"__proto__":"{{workspace}}"}',
  );
  expect(JSON.stringify(fillDeep(args, values))).toBe(
    '{"path":"/ws/a","n":1,"on":true,"none":null,"list":["/ws",{"{{x}}":"y"}],"__proto__":"/ws"}',
  );
});
