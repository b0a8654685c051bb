/** The pages of the project and what stands in them, for the tests that compare them with the program. */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '../..');

/** README, the list of examples and all pages of docs/, as paths relative to the root. */
export const pages: readonly string[] = [
  'README.md',
  'examples/README.md',
  ...readdirSync(path.join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => path.posix.join('docs', file)),
].toSorted();

export function readPage(page: string): string {
  return readFileSync(path.join(root, page), 'utf8');
}

/** The content of the code blocks of one language. */
export function codeBlocks(text: string, language: string): readonly string[] {
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gmu)]
    .filter(([, found]) => found === language)
    .map(([, , code = '']) => code);
}

/** The part of a page under a heading, up to the next heading of any level. */
export function section(text: string, heading: string): string {
  const from = text.indexOf(`\n${heading}\n`);
  if (from === -1) throw new Error(`there is no heading ${heading}`);
  const body = text.slice(from + heading.length + 2);
  const end = body.search(/^#/mu);
  return end === -1 ? body : body.slice(0, end);
}

/** The rows of all tables in a text, head and rule left out, as lists of cells. */
export function tableRows(text: string): readonly (readonly string[])[] {
  return text
    .split(/\n(?!\|)/u)
    .map((block) => block.split('\n').filter((line) => line.startsWith('|')))
    .flatMap((lines) => lines.slice(2))
    .map((line) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/u)
        .map((text) => text.trim()),
    );
}

/** The words in backticks. */
export function codeWords(text: string): readonly string[] {
  return [...text.matchAll(/`([^`]+)`/gu)].map(([, word = '']) => word);
}
