import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makePlace, run, type Place } from '../fixtures/command-line.ts';
import { writeMcpRun } from '../fixtures/mcp-run.ts';
import { codeBlocks, readPage } from './pages.ts';

const page = readPage('docs/mcp-logs.md');

let place: Place;
let directory: string;
let remove: () => Promise<void>;

beforeAll(async () => {
  place = await makePlace((afterwards) => {
    remove = afterwards;
  });
  directory = await writeMcpRun(place.cwd);
});
afterAll(() => remove());

const examples = [...page.matchAll(/^```sh\n([\s\S]*?)^```\n\n```text\n([\s\S]*?)^```$/gmu)].map(
  ([, commands = '', output = '']) => ({ command: commands.trim().split('\n').at(-1) ?? '', output }),
);
const commands = codeBlocks(page, 'sh')
  .flatMap((block) => block.split('\n'))
  .filter((line) => line.startsWith('massgen mcp '))
  .map((line) => line.replace(/\s+#.*$/u, ''));

describe('the commands of docs/mcp-logs.md', () => {
  test('are there, those of both questions with their output', () => {
    expect(examples.length).toBeGreaterThan(4);
    expect(commands.length).toBeGreaterThan(examples.length);
  });

  test.each(examples)('$command prints what the page shows', async ({ command, output }) => {
    const { code, stdout, stderr } = await run(command.split(' ').slice(1), {
      cwd: place.cwd,
      env: { TZ: 'UTC' },
    });
    expect(stdout.trimEnd()).toBe(output.trimEnd());
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  test.each(commands)('%s is understood', async (command) => {
    const { code } = await run(command.split(' ').slice(1), { cwd: place.cwd });
    expect(code).toBe(0);
  });
});

test('the line that the page shows is one of them', async () => {
  const lines = (await readFile(join(directory, 'mcp/filesystem.jsonl'), 'utf8')).split('\n');
  expect(lines).toContain(codeBlocks(page, 'json')[0]?.trimEnd());
});
