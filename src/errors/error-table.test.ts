import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { ErrorDefinition } from './error-definition.ts';
import { errorTable } from './error-table.ts';

/** First two digits of the codes of each area, by the name of its file. */
const areas: Readonly<Record<string, string>> = {
  cli: '10',
  config: '11',
  journal: '12',
  workspace: '13',
  mcp: '14',
  tool: '15',
  agent: '16',
  run: '17',
};

describe('the error table', () => {
  it('uses no code twice', () => {
    const codes = errorTable.map((row) => row.code);
    expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([]);
  });

  it('holds the rows of every area, each with a code of its area', async () => {
    const files = (await readdir(import.meta.dirname)).filter((name) => /^[a-z]+-errors\.ts$/u.test(name));
    expect(files.map((name) => name.replace('-errors.ts', '')).toSorted()).toEqual(
      Object.keys(areas).toSorted(),
    );
    const rows: ErrorDefinition[] = [];
    for (const file of files) {
      const module = (await import(/* @vite-ignore */ new URL(file, import.meta.url).href)) as Record<
        string,
        Record<string, ErrorDefinition>
      >;
      for (const row of Object.values(module).flatMap((area) => Object.values(area))) {
        expect(row.code.slice(0, 4), file).toBe(`MG${areas[file.replace('-errors.ts', '')]}`);
        rows.push(row);
      }
    }
    expect(errorTable).toHaveLength(rows.length);
    expect(errorTable).toEqual(expect.arrayContaining(rows));
  });

  it.each(errorTable.map((row) => [row.code, row] as const))('%s is complete', (code, row) => {
    expect(code).toMatch(/^MG1[0-7]\d\d$/u);
    expect(row.title).toMatch(/^\S.*\S$/u);
    expect(row.title, 'a detail may follow after a colon').not.toMatch(/[.:!?]$/u);
    expect(row.hint).toMatch(/^\S.*\S$/u);
    expect(row.hint).not.toBe(row.title);
    expect([1, 2, 3, 4, 5, 6, 7, 130, 143]).toContain(row.exitCode ?? 1);
  });
});
