import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { rooms } from '../../scripts/check-rooms.mjs';
import { codeWords, readPage, root, section, tableRows } from './pages.ts';

const page = readPage('docs/architecture.md');
const firstWords = (text: string): readonly string[] =>
  tableRows(text).map(([cell = '']) => codeWords(cell)[0] ?? cell);

test('the page has all rooms that hold anything, in the order of the check', () => {
  const used = rooms.filter((room) => {
    const directory = path.join(root, 'src', room);
    return existsSync(directory) && readdirSync(directory).length > 0;
  });
  const [table = ''] = section(page, '## The rooms').split('The picture');
  expect(firstWords(table)).toEqual(used);
});

test('the page has the stages of the tool pipeline in their order', () => {
  const code = readFileSync(path.join(root, 'src/tools/create-tool-pipeline.ts'), 'utf8');
  const chain = /composePipeline\(\[([\s\S]*?)\n {2}\]\)/u.exec(code)?.[1] ?? '';
  const stages = [...chain.matchAll(/^ {4}(\w+)/gmu)].map(([, stage]) => stage);
  expect(stages.length).toBeGreaterThan(5);
  expect(firstWords(section(page, '## The way of one tool call'))).toEqual(stages);
});
