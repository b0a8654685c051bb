/**
 * The sharing config of v0.0.15, as its files had it: folders in the working directory, `cwd` for each agent, snapshots
 * and temporary workspaces of a team of three. Scripts stand in for the models; everything else is as it was written then.
 */
import { lstat, mkdir, readFile, readdir, readlink, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { beforeEach, expect, test } from 'vitest';
import { makePlace, run, start, type Ended } from '../fixtures/command-line.ts';
import { digestOf, journalOf, runNames, type JournalEntry } from '../fixtures/runs-on-disk.ts';

type Step = Readonly<Record<string, unknown>>;

const ids = ['claude_code_1', 'claude_code_2', 'claude_code_3'] as const;

const write = (path: string, content: string): Step => ({
  tool: 'mcp__filesystem__write_file',
  args: { path: `{{workspace}}/${path}`, content },
});
const read = (path: string, save: string): Step => ({
  tool: 'mcp__filesystem__read_text_file',
  args: { path },
  save,
});

let cwd: string;

beforeEach(async () => {
  ({ cwd } = await makePlace());
});

/** One answers, reads what the others have, and answers again; the other two answer once. */
function turnsOf(id: string, word: string): readonly Step[] {
  const first = {
    when: 'no_answers',
    steps: [write('draft.md', `${word} draft of ${id}\n`), { new_answer: { content: `draft of ${id}` } }],
  };
  const vote = { vote: { agent: 'claude_code_1', reason: 'It has all.' } };
  if (id !== 'claude_code_1') return [first, { when: 'has_answers', steps: [vote] }];
  return [
    first,
    {
      when: 'has_answers',
      steps: [
        read('{{views.claude_code_2}}/draft.md', 'theirs'),
        write('draft.md', `${word} final of ${id}, after: {{theirs}}`),
        { tool: 'mcp__filesystem__create_directory', args: { path: '{{workspace}}/more' } },
        write('more/notes.txt', 'n\n'),
        { new_answer: { content: 'All in draft.md' } },
      ],
    },
    { when: 'has_answers', steps: [vote] },
    { when: 'presenting', steps: [{ text: 'See draft.md' }] },
  ];
}

/** The old shape: `ui.type`, relative folders, no `coordination` but what keeps the order the same each time. */
async function play(word: string, more: object = {}): Promise<Ended> {
  const config = {
    agents: ids.map((id, index) => ({
      id,
      backend: {
        type: 'script',
        cwd: `claude_code_workspace${index + 1}`,
        agent_temporary_workspace: 'ignored as it always was',
        turns: turnsOf(id, word),
      },
    })),
    orchestrator: {
      snapshot_storage: 'claude_code_snapshots',
      agent_temporary_workspace: 'claude_code_temp_workspaces',
      coordination: { on_new_answer: 'wait' },
      ...more,
    },
    ui: { type: 'rich_terminal', display_type: 'simple', logging_enabled: true },
  };
  await writeFile(join(cwd, 'old.yaml'), stringify(config));
  return run(['--config', 'old.yaml', 'Compare your drafts.'], { cwd });
}

const at = (...parts: readonly string[]): string => join(cwd, ...parts);
const text = (...parts: readonly string[]): Promise<string> => readFile(at(...parts), 'utf8');

async function newestRun(): Promise<{ readonly path: string; readonly journal: readonly JournalEntry[] }> {
  const path = at('massgen_logs', (await runNames(cwd)).at(-1) ?? '');
  return { path, journal: await journalOf(path) };
}

/** Aliases by id. */
function aliasesOf(journal: readonly JournalEntry[]): ReadonlyMap<string, string> {
  const started = journal.find(({ type }) => type === 'run.started');
  const agents = started?.['agents'] as readonly { readonly id: string; readonly alias: string }[];
  return new Map(agents.map(({ id, alias }) => [id, alias]));
}

const namesIn = async (...parts: readonly string[]): Promise<readonly string[]> =>
  (await readdir(at(...parts))).toSorted();

test('directories are made and named as before, and hold what they held', async () => {
  const { code, stderr } = await play('first');
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const { path, journal } = await newestRun();
  expect(
    journal.filter(({ type, code: which }) => type === 'warning.raised' && String(which).startsWith('MG13')),
  ).toEqual([]);

  // Workspaces: what each agent wrote, kept.
  expect(await namesIn('claude_code_workspace1')).toEqual(['draft.md', 'more']);
  expect(await namesIn('claude_code_workspace2')).toEqual(['draft.md']);

  // Snapshots: one folder for each agent by its id, with the files of its newest answer, as real files.
  expect(await namesIn('claude_code_snapshots')).toEqual([...ids, 'final']);
  expect(await text('claude_code_snapshots/claude_code_1/draft.md')).toBe(
    'first final of claude_code_1, after: first draft of claude_code_2\n',
  );
  expect(await text('claude_code_snapshots/claude_code_1/more/notes.txt')).toBe('n\n');
  expect(await text('claude_code_snapshots/claude_code_3/draft.md')).toBe('first draft of claude_code_3\n');
  expect((await lstat(at('claude_code_snapshots/claude_code_1/draft.md'))).isFile()).toBe(true);

  // Temporary workspaces: one folder for each agent by its id, in it the newest answer of each under an alias, its own too.
  const aliases = aliasesOf(journal);
  expect([...aliases.values()].toSorted()).toEqual(['agent1', 'agent2', 'agent3']);
  expect(await namesIn('claude_code_temp_workspaces')).toEqual([...ids]);
  for (const reader of ids) {
    expect(await namesIn('claude_code_temp_workspaces', reader)).toEqual(['agent1', 'agent2', 'agent3']);
    for (const author of ids) {
      const seen = ['claude_code_temp_workspaces', reader, aliases.get(author) ?? ''];
      expect(await text(...seen, 'draft.md')).toBe(await text('claude_code_snapshots', author, 'draft.md'));
      // The name says nothing of who it is, and neither does where it leads.
      expect(await readlink(at(...seen))).not.toContain(author);
      expect((await realpath(at(...seen))).startsWith(join(path, 'views'))).toBe(true);
    }
  }
  // The final files, as v0.0.15 and v0.0.16 put them.
  expect(await namesIn('claude_code_snapshots/final')).toEqual(['claude_code_1']);
  expect(await text('claude_code_snapshots/final/claude_code_1/draft.md')).toContain('first final');
  expect(await readFile(join(path, 'final/claude_code_1/workspace/draft.md'), 'utf8')).toContain(
    'first final',
  );
});

test('snapshots and temporary workspaces are filled after each answer, not only at the end', async () => {
  const hanging = [{ when: 'has_answers', steps: [{ hang: true }] }];
  const agent = (id: string, word: string): object => ({
    id,
    backend: {
      type: 'script',
      cwd: `ws/${id}`,
      turns: [
        { when: 'no_answers', steps: [write('draft.md', `${word}\n`), { new_answer: { content: word } }] },
        ...hanging,
      ],
    },
  });
  const config = {
    agents: [agent('writer', 'one'), agent('looker', 'two')],
    orchestrator: {
      snapshot_storage: 'claude_code_snapshots',
      agent_temporary_workspace: 'claude_code_temp_workspaces',
      coordination: { on_new_answer: 'wait' },
    },
  };
  await writeFile(at('old.yaml'), stringify(config));
  const team = start(['--config', 'old.yaml', 'q'], { cwd, input: '' });
  // They are filled beside the run, which goes on and has not ended.
  const seen = (): Promise<readonly string[]> =>
    namesIn('claude_code_temp_workspaces/looker').catch(() => []);
  await expect.poll(seen, { timeout: 60_000 }).toEqual(['agent1', 'agent2']);
  await expect.poll(() => namesIn('claude_code_snapshots/writer'), { timeout: 60_000 }).toEqual(['draft.md']);
  expect(await text('claude_code_snapshots/writer/draft.md')).toBe('one\n');
  expect((await newestRun()).journal.map(({ type }) => type)).not.toContain('run.finished');
  team.kill('SIGINT');
  await team.ended;
});

test('a second run with the same config archives what the first left, and starts empty', async () => {
  expect((await play('first')).code).toBe(0);
  // Somebody worked on in a workspace and in a copy: that is theirs now.
  await writeFile(at('claude_code_workspace2/by-hand.txt'), 'mine');
  await writeFile(at('claude_code_snapshots/claude_code_3/by-hand.txt'), 'mine');
  expect((await play('second')).code).toBe(0);
  expect(await namesIn('claude_code_workspace2')).toEqual(['draft.md']);
  expect(await text('claude_code_workspace2/draft.md')).toBe('second draft of claude_code_2\n');
  for (const [index, id] of ids.entries()) {
    const name = `claude_code_workspace${index + 1}`;
    const [time = '', ...others] = await namesIn('.massgen-archive', name);
    expect(others).toEqual([]);
    expect(await text('.massgen-archive', name, time, 'draft.md')).toContain(
      `first ${index === 0 ? 'final' : 'draft'} of ${id}`,
    );
    if (index === 1) expect(await text('.massgen-archive', name, time, 'by-hand.txt')).toBe('mine');
    expect(await text('claude_code_snapshots', id, 'draft.md')).toContain('second ');
  }
  const [archived = ''] = await namesIn('claude_code_snapshots/.massgen-archive/claude_code_3');
  const archive = ['claude_code_snapshots/.massgen-archive/claude_code_3', archived];
  expect(await text(...archive, 'by-hand.txt')).toBe('mine');
  expect(await text(...archive, 'draft.md')).toContain('first ');
  const { path, journal } = await newestRun();
  for (const [author, alias] of aliasesOf(journal)) {
    const seen = at('claude_code_temp_workspaces/claude_code_1', alias);
    expect((await realpath(seen)).startsWith(join(path, 'views')), author).toBe(true);
  }
});

test('the new run sees nothing of an earlier one before its own answers are there', async () => {
  expect((await play('first')).code).toBe(0);
  // A run in which nobody gets as far as an answer.
  const steps = [{ hang: true }];
  const config = {
    agents: ids.map((id, index) => ({
      id,
      backend: { type: 'script', cwd: `claude_code_workspace${index + 1}`, turns: [{ steps }] },
    })),
    orchestrator: {
      snapshot_storage: 'claude_code_snapshots',
      agent_temporary_workspace: 'claude_code_temp_workspaces',
    },
    timeout_settings: { orchestrator_timeout_seconds: 1 },
  };
  await writeFile(at('old.yaml'), stringify(config));
  await run(['--config', 'old.yaml', 'q'], { cwd });
  for (const id of ids) {
    expect(await namesIn('claude_code_temp_workspaces', id)).toEqual([]);
    expect(await namesIn('claude_code_snapshots', id)).toEqual([]);
  }
  expect(await namesIn('claude_code_snapshots/final')).toEqual(['.massgen-archive']);
});

test("nothing of the user's own is emptied, deleted or written to", async () => {
  const own = ['claude_code_snapshots', 'claude_code_temp_workspaces'];
  for (const folder of own) {
    await mkdir(at(folder, 'claude_code_1/agent1'), { recursive: true });
    await writeFile(at(folder, 'thesis.txt'), 'years of work');
    await writeFile(at(folder, 'claude_code_1/agent1/draft.md'), 'my own');
  }
  const before = await Promise.all(own.map((folder) => digestOf(at(folder))));
  expect((await play('first')).code).toBe(0);
  expect(await Promise.all(own.map((folder) => digestOf(at(folder))))).toEqual(before);
  const { journal } = await newestRun();
  const told = journal.filter(({ type }) => type === 'warning.raised').map((entry) => entry['code']);
  expect(new Set(told)).toEqual(new Set(['MG1331']));

  // A workspace that holds files of the user ends the run before it begins.
  await mkdir(at('mine'));
  await writeFile(at('mine/thesis.txt'), 'years of work');
  const known = await readFile(at('old.yaml'), 'utf8');
  await writeFile(at('mine.yaml'), known.replace('claude_code_workspace3', 'mine'));
  const { code, stderr } = await run(['--config', 'mine.yaml', 'q'], { cwd });
  expect(code).toBe(2);
  expect(stderr).toContain('MG1308');
  expect(await text('mine/thesis.txt')).toBe('years of work');
});
