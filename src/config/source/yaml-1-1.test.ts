import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { yaml11Meaning } from './yaml-1-1.ts';

function meaning(plain: string): string | undefined {
  return yaml11Meaning(plain, parse(plain));
}

// What PyYAML 6.0.3 makes of each, where it is not what YAML 1.2 makes of it.
describe('the meaning of a plain scalar in YAML 1.1', () => {
  it.each([
    ['yes', 'true'],
    ['On', 'true'],
    ['no', 'false'],
    ['OFF', 'false'],
    ['22:22', 'a number in base 60'],
    ['190:20:30', 'a number in base 60'],
    ['22:22.5', 'a number in base 60'],
    ['2026-11-22', 'a date'],
    ['2026-1-2 10:00:00', 'a date'],
    ['017', 'another number'],
    ['0b11', 'a number'],
    ['1_000', 'a number'],
    ['0x_1', 'a number'],
    ['1_0.5', 'a number'],
    ['0o17', 'a text'],
    ['1e5', 'a text'],
    ['1.5e3', 'a text'],
    ['-.5', 'a text'],
    ['08', 'a text'],
  ])('%s is %s', (plain, expected) => {
    expect(meaning(plain)).toBe(expected);
  });

  it.each(
    'y n Y N true False null ~ 0 7 07 0x1F 1.5 .5 1.5e+3 .inf -.Inf .nan +1 12e 1.2.3 2026-1-2 22:60 a: 0 text 0fg'
      .split(' ')
      .filter((plain) => plain !== 'a:'),
  )('%s is the same in both', (plain) => {
    expect(meaning(plain)).toBeUndefined();
  });
});
