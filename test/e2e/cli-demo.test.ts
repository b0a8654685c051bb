/** `massgen demo`: a real run in a folder of its own, in every form of output, on folders of every kind. */
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makePlace, run, type Ended, type Place } from '../fixtures/command-line.ts';
import { ordinaryUser } from '../fixtures/ordinary-user.ts';
import {
  digestOf,
  journalOf,
  nothingRunsIn,
  onlyRun,
  runNames,
  type JournalEntry,
} from '../fixtures/runs-on-disk.ts';
import { makeSmallFolder } from '../fixtures/small-folder.ts';

const escape = '\u001B';

describe('the demo on a small folder', () => {
  const removals: (() => Promise<void>)[] = [];
  let place: Place;
  let folder: string;
  let before: string;
  let directory: string;
  let ended: Ended;
  let journal: readonly JournalEntry[];

  beforeAll(async () => {
    place = await makePlace((remove) => removals.push(remove));
    folder = await makeSmallFolder(place.path);
    before = await digestOf(folder);
    ended = await run(['demo', folder], { cwd: place.cwd });
    directory = await onlyRun(place.cwd);
    journal = await journalOf(directory);
  });
  afterAll(async () => {
    for (const remove of removals) await remove();
  });

  test('ends well, says nothing on stderr and leaves no process', async () => {
    expect(ended).toMatchObject({ code: 0, signal: null, stderr: '' });
    await nothingRunsIn(place.path);
  });

  test('tells who the agents are, and that they are scripted', () => {
    for (const agent of ['surveyor', 'reader', 'editor']) {
      expect(ended.stdout).toMatch(
        new RegExp(`^.{6}${agent} +scripted, no model, known to the others as agent\\d$`, 'mu'),
      );
    }
    expect(ended.stdout).toContain('These agents are scripted');
  });

  test('tells of tools, answers, votes and the final answer as they come', () => {
    const places = [
      'starts on the task',
      'tool mcp__filesystem__list_directory ok',
      'answers as editor.1',
      'votes for editor.1',
      'answers as editor.2',
      'is void: a new answer came',
      'votes for editor.2',
      'winner: editor.2 (most votes)',
      'Final answer, presented by editor',
      'Vote  surveyor  for editor.2',
      'Won   editor.2 with 3 of 3 votes (most votes)',
    ].map((text) => ended.stdout.indexOf(text));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  test('reports what is in the folder', () => {
    const [, report = ''] = ended.stdout.split('Final answer, presented by editor');
    expect(report).toContain(`Report on ${folder}`);
    expect(report).toContain('- [FILE] README.md');
    expect(report).toContain('- [DIR] src');
    expect(report).toContain('- [FILE] notes.txt');
    expect(report).toContain(join(folder, 'src/guide.md'));
  });

  test('names where files and logs are, and they are there', async () => {
    const [, files = ''] = /^Files (.+)$/mu.exec(ended.stdout) ?? [];
    const [, logs = ''] = /^Logs {2}(.+)$/mu.exec(ended.stdout) ?? [];
    expect(join(place.cwd, logs)).toBe(directory);
    expect(ended.stdout).toMatch(/^Time {2}\d+\.\d s$/mu);
    expect(await readdir(join(place.cwd, files))).toEqual(['report.md', 'sizes.md']);
    const report = await readFile(join(place.cwd, files, 'report.md'), 'utf8');
    expect(report).toContain('- [FILE] notes.txt');
    expect(ended.stdout).toContain(report.trim());
    expect(existsSync(join(directory, 'agent_outputs/editor.txt'))).toBe(true);
  });

  test('is told by words alone: no escape sequence goes into a pipe', () => {
    expect(ended.stdout).not.toContain(escape);
  });

  test('leaves the folder as it was', async () => {
    expect(await digestOf(folder)).toBe(before);
  });

  test('shows each agent the files of the others, and none of their names', () => {
    const reads = journal.filter(
      ({ type, tool }) => type === 'tool.call.started' && tool === 'mcp__filesystem__read_text_file',
    );
    const paths = reads.map((event) => JSON.stringify(event['args'] ?? event['arguments']));
    expect(paths.some((path) => /views\/agent\d\.1\/structure\.md/u.test(path))).toBe(true);
    expect(paths.join()).not.toMatch(/surveyor|reader\.|editor\./u);
  });
});

describe('the demo for programs', () => {
  test('stream-json: each line is an event, in order, from the start of the run to its end', async () => {
    const { path, cwd } = await makePlace();
    const { code, stdout, stderr } = await run(
      ['demo', await makeSmallFolder(path), '--output', 'stream-json'],
      { cwd },
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as JournalEntry);
    const durable = events.filter((event) => 'seq' in event);
    expect(events[0]).toMatchObject({
      v: 1,
      type: 'run.started',
      agents: [{ scripted: true }, { scripted: true }, { scripted: true }],
    });
    expect(durable.map(({ seq }) => seq)).toEqual(durable.map((_, index) => index + 1));
    expect(events.some(({ type }) => type === 'text.delta')).toBe(true);
    const decided = events.filter(({ type }) =>
      ['winner.selected', 'presentation.finished', 'run.finished'].includes(type),
    );
    expect(decided).toMatchObject([
      {
        type: 'winner.selected',
        answer: 'editor.2',
        rule: 'most_votes',
        votes: [{ for: 'editor.2' }, { for: 'editor.2' }, { for: 'editor.2' }],
      },
      { type: 'presentation.finished', agent: 'editor', text: expect.stringContaining('- [FILE] notes.txt') },
      { type: 'run.finished', outcome: 'answered', winner: 'editor.2' },
    ]);
    // The journal says the same, with a checksum.
    const journal = await journalOf(await onlyRun(cwd));
    const finished = durable.findIndex(({ type }) => type === 'run.finished');
    expect(journal.slice(0, finished + 1).map(({ crc: _, ...event }) => event)).toEqual(
      durable.slice(0, finished + 1),
    );
  });

  test('json: one object with the result, which is also in the run', async () => {
    const { path, cwd } = await makePlace();
    const { code, stdout, stderr } = await run(['demo', await makeSmallFolder(path), '--output=json'], {
      cwd,
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(await readFile(join(await onlyRun(cwd), 'result.json'), 'utf8'));
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: 'answered',
      winner: 'editor.2',
      rule: 'most_votes',
      answer: expect.stringContaining('- [FILE] notes.txt'),
      votes: [{ agent: 'surveyor' }, { agent: 'reader' }, { agent: 'editor' }],
    });
  });
});

describe('the demo on folders of every kind', () => {
  async function reportOn(cwd: string, args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await run(['demo', ...args, '--output', 'json'], { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return (JSON.parse(stdout) as { readonly answer: string }).answer;
  }

  test('reports on the folder it is started in when none is named, and changes nothing there but its own logs', async () => {
    const { cwd } = await makePlace();
    await writeFile(join(cwd, 'only-here.md'), '# here\n');
    expect(await reportOn(cwd, [])).toContain(join(cwd, 'only-here.md'));
    expect((await readdir(cwd)).toSorted()).toEqual(['massgen_logs', 'only-here.md']);
  });

  test('says something else of another folder', async () => {
    const { path, cwd } = await makePlace();
    await mkdir(join(path, 'other'));
    await writeFile(join(path, 'other', 'elsewhere.txt'), 'x'.repeat(2_000));
    const report = await reportOn(cwd, [join(path, 'other')]);
    expect(report).toContain('Entries at the top: 1, of them folders: 0.');
    expect(report).toMatch(/elsewhere\.txt +1\.95 KB/u);
    expect(report).not.toContain('README.md');
  });

  test.each([
    ['spaces, quotes, signs of the shell and letters of other scripts', `it's "$(this)"  & {{that}} 日本 👩‍👩‍👧`],
    ['a line break', 'two\nlines'],
  ])('takes a name with %s', async (_, name) => {
    const { path, cwd } = await makePlace();
    const folder = join(path, name);
    await mkdir(folder);
    await writeFile(join(folder, `${name}.md`), '# x\n');
    const report = await reportOn(cwd, [folder]);
    expect(report).toContain(`Report on ${folder}`);
    expect(report).toContain('files, 0 directories');
  });

  test('an empty folder is no problem', async () => {
    const { path, cwd } = await makePlace();
    await mkdir(join(path, 'empty'));
    const report = await reportOn(cwd, [join(path, 'empty')]);
    expect(report).toContain('Entries at the top: 0, of them folders: 0.');
    expect(report).toContain('No matches found');
  });

  test('a thousand entries are counted and listed', async () => {
    const { path, cwd } = await makePlace();
    const folder = join(path, 'many');
    await mkdir(folder);
    for (let number = 0; number < 1_000; number += 1) await writeFile(join(folder, `file-${number}.txt`), '');
    const report = await reportOn(cwd, [folder]);
    expect(report).toContain('Entries at the top: 1000, of them folders: 0.');
    expect(report.match(/^- \[FILE\] file-\d+\.txt$/gmu)).toHaveLength(1_000);
  });

  test('a folder that may only be read is reported on and stays as it is', async ({ skip }) => {
    const through = ordinaryUser() ?? skip('no setpriv, and root may write everywhere');
    const { path, cwd } = await makePlace();
    const folder = await makeSmallFolder(path);
    await chmod(folder, 0o555);
    const before = await digestOf(folder);
    const { code, stdout } = await run(['demo', folder], { cwd, through });
    expect(code).toBe(0);
    expect(stdout).toContain('- [FILE] notes.txt');
    expect(await digestOf(folder)).toBe(before);
  });

  test('two at once in one directory do not disturb each other, and one seed gives both the same aliases', async () => {
    const { path, cwd } = await makePlace();
    const args = [await makeSmallFolder(path), '--seed', '11'];
    const [first, second] = await Promise.all([reportOn(cwd, args), reportOn(cwd, args)]);
    expect(first).toBe(second);
    const [one, other, ...more] = await runNames(cwd);
    expect(more).toEqual([]);
    const aliasesOf = async (run = ''): Promise<unknown> => {
      const [started] = await journalOf(join(cwd, 'massgen_logs', run));
      return (started?.['agents'] as readonly { readonly alias: string }[] | undefined)?.map(
        ({ alias }) => alias,
      );
    };
    expect(await aliasesOf(one)).toHaveLength(3);
    expect(await aliasesOf(one)).toEqual(await aliasesOf(other));
    await nothingRunsIn(path);
  });
});

describe('the demo where it cannot be', () => {
  test.each([
    ['is missing', 'missing', 'no such file or directory'],
    ['is a file', 'file', 'it is not a folder'],
    ['is below a file', 'file/below', 'not a directory'],
  ])('a folder that %s is refused before anything is made', async (_, name, reason) => {
    const { cwd } = await makePlace();
    await writeFile(join(cwd, 'file'), '');
    const { code, stdout, stderr } = await run(['demo', name], { cwd });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toBe(
      `error MG1005: The folder cannot be read: ${join(cwd, name)}: ${reason}\n  Name a folder that exists and that you may read.\n`,
    );
    expect(await readdir(cwd)).toEqual(['file']);
  });

  test('a folder that may not be read is refused', async ({ skip }) => {
    const through = ordinaryUser() ?? skip('no setpriv, and root may read everything');
    const { path, cwd } = await makePlace();
    await mkdir(join(path, 'closed'), { mode: 0o000 });
    const { code, stderr } = await run(['demo', join(path, 'closed')], { cwd, through });
    expect(code).toBe(2);
    expect(stderr).toContain('MG1005');
    expect(stderr).toContain('permission denied');
  });

  test('a directory that may not be written to is an error that says so', async ({ skip }) => {
    const through = ordinaryUser() ?? skip('no setpriv, and root may write everywhere');
    const { path, cwd } = await makePlace();
    const folder = await makeSmallFolder(path);
    await chmod(cwd, 0o555);
    const { code, stdout, stderr } = await run(['demo', folder], { cwd, through });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('error MG1203: No permission for a file of the run');
  });

  test('tells programs of it in one line of JSON', async () => {
    const { cwd } = await makePlace();
    const { code, stdout, stderr } = await run(['demo', 'missing', '--output', 'stream-json'], { cwd });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(JSON.parse(stderr)).toMatchObject({
      error: { code: 'MG1005', hint: 'Name a folder that exists and that you may read.' },
    });
  });
});
