import { expect, test } from 'vitest';
import { isKnownEventType } from './known-event-type.ts';

test('types of this version are known; later ones and names of built-ins are not', () => {
  expect(['run.started', 'text.delta', 'warning.raised'].every(isKnownEventType)).toBe(true);
  expect(['moon.landed', '', 'toString', '__proto__'].some(isKnownEventType)).toBe(false);
});
