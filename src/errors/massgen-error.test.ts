import { describe, expect, it } from 'vitest';
import type { ErrorDefinition } from './error-definition.ts';
import { errorMessage } from './error-message.ts';
import { MassGenError } from './massgen-error.ts';

const definition: ErrorDefinition = {
  code: 'MG1999',
  title: 'The thing broke',
  hint: 'Mend the thing.',
  exitCode: 4,
};

describe('MassGenError', () => {
  it('says what happened, what to do, and how the command ends', () => {
    const error = new MassGenError(definition);
    expect(error).toMatchObject({
      name: 'MassGenError',
      message: 'The thing broke',
      code: 'MG1999',
      hint: 'Mend the thing.',
      exitCode: 4,
      data: {},
    });
    expect(error).toBeInstanceOf(Error);
    expect('cause' in error).toBe(false);
  });

  it('names the place, knows a better hint, and keeps facts and cause', () => {
    const cause = new Error('below');
    const error = new MassGenError(definition, {
      detail: 'left wheel of cart 7',
      hint: 'Turn the wheel.',
      data: { cart: 7 },
      cause,
    });
    expect(error.message).toBe('The thing broke: left wheel of cart 7');
    expect(error.hint).toBe('Turn the wheel.');
    expect(error.data).toEqual({ cart: 7 });
    expect(error.cause).toBe(cause);
  });

  it('ends a command with status 1 where the table says nothing', () => {
    const { exitCode: _, ...plain } = definition;
    expect(new MassGenError(plain).exitCode).toBe(1);
  });

  it('knows its own kind, also from another copy of the package, and nothing else', async () => {
    expect(MassGenError.isInstance(new MassGenError(definition))).toBe(true);
    const url = new URL('./massgen-error.ts?another-copy', import.meta.url).href;
    const copy = (await import(/* @vite-ignore */ url)) as { MassGenError: typeof MassGenError };
    expect(copy.MassGenError).not.toBe(MassGenError);
    expect(MassGenError.isInstance(new copy.MassGenError(definition))).toBe(true);
    for (const other of [new Error('MassGenError'), { code: 'MG1999' }, 'MG1999', null, undefined]) {
      expect(MassGenError.isInstance(other)).toBe(false);
    }
  });

  it('shows no mark when it is written out', () => {
    expect(Object.keys(new MassGenError(definition)).toSorted()).toEqual([
      'code',
      'data',
      'exitCode',
      'hint',
      'name',
    ]);
  });
});

describe('errorMessage', () => {
  it.each([
    [new Error('disk full'), 'disk full'],
    [new TypeError(''), 'TypeError'],
    ['thrown text', 'thrown text'],
    [404, '404'],
    [undefined, 'undefined'],
    [null, 'null'],
  ])('of %o', (thrown, expected) => {
    expect(errorMessage(thrown)).toBe(expected);
  });
});
