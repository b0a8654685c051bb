import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { createCommandTree } from '../../src/cli/command-tree.ts';
import { parseConfig } from '../../src/config/parse-config.ts';
import { runnableBackends } from '../../src/config/schema/backend-types.ts';
import { errorTable } from '../../src/errors/error-table.ts';
import { codeBlocks, pages, readPage, section, tableRows } from './pages.ts';

const configs = pages.flatMap((page) =>
  codeBlocks(readPage(page), 'yaml').map((text, index) => ({
    page,
    text,
    place: `${page}, block ${index + 1}`,
  })),
);

describe('configs in the pages', () => {
  test('are there, in the README too', () => {
    expect(configs.map(({ page }) => page)).toContain('README.md');
  });

  test.each(configs)('$place loads with nothing to complain about', ({ text }) => {
    const { config, diagnostics } = parseConfig(text, { format: 'yaml', strict: true });
    expect(diagnostics).toEqual([]);
    const types: readonly string[] = config?.agents.map(({ backend }) => backend.type) ?? [];
    expect(types.filter((type) => !(runnableBackends as readonly string[]).includes(type))).toEqual([]);
  });
});

/** Command lines in shell blocks and in backticks, without the program's name. */
const commands = pages.flatMap((page) => {
  const text = readPage(page);
  const inline = [
    ...text.replaceAll(/^```[\s\S]*?^```$/gmu, '').matchAll(/`((?:massgen|node bin\/massgen\.js) [^`]+)`/gu),
  ];
  const lines = [
    ...codeBlocks(text, 'sh').flatMap((block) => block.split('\n')),
    ...inline.map(([, line = '']) => line),
  ];
  return lines.flatMap((line) => {
    const found = /(?:^|\s)(?:massgen|node bin\/massgen\.js)\s+([^#>|]*)/u.exec(line);
    return found === null ? [] : [{ page, line: (found[1] ?? '').trim() }];
  });
});

/** What of a command line the program does not know; undefined when it knows all of it. */
function unknownIn(line: string): string | undefined {
  let command: Command = createCommandTree(() => undefined);
  const words = line.match(/"[^"]*"|\S+/gu) ?? [];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (word.startsWith('--')) {
      const option = command.options.find(({ long }) => long === word.split('=')[0]);
      if (option === undefined && word !== '--help') return word;
      if (option?.required === true && !word.includes('=')) index += 1;
      continue;
    }
    const next = command.commands.find((candidate) => candidate.name() === word);
    if (next !== undefined) command = next;
    else if (command.registeredArguments.length === 0) return word;
    else if (command.parent === null && !word.startsWith('"')) return word;
  }
  return undefined;
}

describe('command lines in the pages', () => {
  test('are there, in the README too', () => {
    expect(commands.filter(({ page }) => page === 'README.md').length).toBeGreaterThan(3);
  });

  test.each(commands)('$page: massgen $line', ({ line }) => {
    expect(unknownIn(line)).toBeUndefined();
  });

  test.each([
    ['confg check x.yaml'],
    ['config chek x.yaml'],
    ['--confg x.yaml "a"'],
    ['demo --output=text --nope'],
  ])('an unknown word would be noticed: massgen %s', (line) => {
    expect(unknownIn(line)).toBeDefined();
  });
});

describe('exit codes', () => {
  const statuses = tableRows(section(readPage('docs/runs.md'), '## Exit codes')).map(([status]) =>
    Number(status),
  );

  test('on the page are those that errors end a command with, success and signals', () => {
    const ofErrors = errorTable.map(({ exitCode = 1 }) => exitCode);
    expect(statuses).toEqual([...new Set([0, 129, 143, ...ofErrors])].toSorted((one, other) => one - other));
  });

  test('in the README mean what they mean on the page', () => {
    const line = /^Exit codes: ([\s\S]*?)\[More\]/mu.exec(readPage('README.md'))?.[1] ?? '';
    const named = line.split('·').map((part) => Number.parseInt(part.trim(), 10));
    expect(named.length).toBeGreaterThan(5);
    expect(statuses).toEqual(expect.arrayContaining(named));
  });
});

test('the README stays short', () => {
  expect(readPage('README.md').split('\n').length).toBeLessThanOrEqual(200);
});
