import { expect, test } from 'vitest';
import { createTimeBox } from './time-box.ts';

test('gives back what the work gives, values of our own kind as they are', () => {
  const timeBox = createTimeBox(1_000);
  const value = { a: [1] };
  expect(timeBox(() => value)).toBe(value);
  expect(timeBox(() => undefined)).toBeUndefined();
});

test('throws what the work throws', () => {
  const error = new RangeError('too deep');
  expect(() =>
    createTimeBox(1_000)(() => {
      throw error;
    }),
  ).toThrow(error);
});

test('work that has no end is ended, and the next work is done', () => {
  const timeBox = createTimeBox(50);
  const endless = /^(a+)+$/u;
  expect(() => timeBox(() => endless.test(`${'a'.repeat(50)}!`))).toThrow('it took longer than 50 ms');
  expect(() =>
    timeBox(() => {
      for (;;);
    }),
  ).toThrow(Error);
  expect(timeBox(() => 'still works')).toBe('still works');
});
