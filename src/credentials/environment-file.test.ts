import { describe, expect, it } from 'vitest';
import { withEnvironmentFile } from './environment-file.ts';

describe('environment file', () => {
  it('understands what people write into .env files', () => {
    const text = [
      '\ufeff# keys',
      'PLAIN=one',
      'export EXPORTED=two',
      'QUOTED="three # not a comment"',
      "SINGLE='four'",
      'COMMENTED=five # a comment',
      'EQUALS=a=b',
      '',
      'no assignment here',
      'EMPTY=',
    ].join('\r\n');
    expect(withEnvironmentFile(text, {})).toMatchObject({
      PLAIN: 'one',
      EXPORTED: 'two',
      QUOTED: 'three # not a comment',
      SINGLE: 'four',
      COMMENTED: 'five',
      EQUALS: 'a=b',
      EMPTY: '',
    });
  });

  it('does not override variables that are set, not even to nothing', () => {
    const environment = { SET: 'from the shell', EMPTY: '' };
    expect(withEnvironmentFile('SET=file\nEMPTY=file\nNEW=file', environment)).toEqual({
      SET: 'from the shell',
      EMPTY: '',
      NEW: 'file',
    });
  });
});
