import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readPage, root, tableRows } from './pages.ts';

const page = 'docs/security/cases.md';
const rows = tableRows(readPage(page));

interface NamedTest {
  readonly file: string;
  readonly name: string;
}

/** `[words](file): names in backticks`, such groups with a semicolon between them. */
function namedTests(cell: string): readonly NamedTest[] {
  return cell
    .split(/; (?=\[)/u)
    .filter((group) => group !== '')
    .flatMap((group) => {
      const { file = '', names = '' } =
        /^\[[^\]]+\]\((?<file>[^)]+)\): (?<names>.+)$/u.exec(group)?.groups ?? {};
      const found = [...names.matchAll(/`([^`]+)`/gu)].map(([, name = '']) => ({ file, name }));
      // A group that is not understood would be a row that nobody checks.
      expect([group, found.length]).not.toEqual([group, 0]);
      return found;
    });
}

test.each(rows)('%s: %s', (_, __, tests = '', result = '') => {
  const named = namedTests(tests);
  for (const { file, name } of named) {
    const source = readFileSync(path.join(root, path.dirname(page), file), 'utf8');
    const titles = [`'${name}'`, `"${name}"`].map((title) => `${title},`);
    expect([file, name, titles.some((title) => source.includes(title))]).toEqual([file, name, true]);
  }
  expect(result).toMatch(/^(?:passes(?:; .+)?|fails(?: in part)?: .+|not applicable: .+)$/u);
  if (result.startsWith('passes')) expect(named.length).toBeGreaterThan(0);
});

test('every case has one row, in order', () => {
  const ids = rows.map(([id]) => id);
  expect(ids).toEqual([...new Set(ids)].toSorted());
  expect(ids.length).toBeGreaterThan(20);
});
