import { describe, expect, test } from 'vitest';
import { generatedParts, withGenerated } from '../../scripts/lib/generated-docs.mjs';
import { errorTable } from '../../src/errors/error-table.ts';
import { readPage, tableRows } from './pages.ts';

describe('the generated parts of the pages', () => {
  test.each(generatedParts)(
    '$page says what the code says (else: node scripts/generate-docs.mjs)',
    (part) => {
      const page = readPage(part.page);
      expect(withGenerated(page, part.write())).toBe(page);
    },
  );

  test('a page without marks is an error, not an empty page', () => {
    expect(() => withGenerated('# A page\n', 'text')).toThrow('lacks the marks');
  });
});

describe('docs/errors.md', () => {
  const rows = tableRows(readPage('docs/errors.md'));
  const onPage = rows.map(([code = '']) => /`(MG\d{4})`/u.exec(code)?.[1] ?? code);

  test('has every code of the table once and no other', () => {
    expect(onPage).toEqual([...new Set(onPage)]);
    expect(onPage.toSorted()).toEqual(errorTable.map(({ code }) => code).toSorted());
  });

  test('says of each what happened, what to do and the exit status', () => {
    const said = new Map(
      rows.map(([, title, hint, exit], index) => [onPage[index], [title, hint, Number(exit)]]),
    );
    for (const { code, title, hint, exitCode = 1 } of errorTable) {
      expect(said.get(code)).toEqual([title, hint, exitCode]);
    }
  });

  test('has an anchor for each code', () => {
    for (const { code } of errorTable)
      expect(readPage('docs/errors.md')).toContain(`<a id="${code.toLowerCase()}">`);
  });
});
