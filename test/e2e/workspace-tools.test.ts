/** A team that takes files over from each other, compares, deletes and undoes; killed in the middle, it goes on. */
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makePlace, run } from '../fixtures/command-line.ts';
import { journalOf, onlyRun, runNames, type JournalEntry } from '../fixtures/runs-on-disk.ts';
import { answer, vote, writeTeam, type ScriptAgent } from '../fixtures/script-team.ts';

type Step = Readonly<Record<string, unknown>>;

const write = (path: string, content: string): Step => ({
  tool: 'mcp__filesystem__write_file',
  args: { path: `{{workspace}}/${path}`, content },
});
const copy = (from: string, to: string, more: object = {}): Step => ({
  tool: 'workspace_copy',
  args: { items: [{ from, to }], ...more },
});
const remove = (...paths: readonly string[]): Step => ({ tool: 'workspace_delete', args: { paths } });
const undo: Step = { tool: 'workspace_undo', args: {} };
const diff = (from: string, save = 'difference'): Step => ({ tool: 'workspace_diff', args: { from }, save });

/** One agent that wrote files, one that works with them. */
function pair(steps: readonly Step[], backend: object = {}): readonly ScriptAgent[] {
  return [
    {
      id: 'author',
      answers: [write('app.txt', 'theirs\n'), write('notes.md', 'notes\n'), answer('see app.txt')],
      decides: [vote('author')],
      backend: { cwd: 'ws/author' },
    },
    {
      id: 'taker',
      answers: [write('app.txt', 'mine\n'), write('old.txt', 'old\n'), answer('mine')],
      decides: [...steps, vote('author')],
      backend: { cwd: 'ws/taker', ...backend },
    },
  ];
}

const waiting = { orchestrator: { coordination: { on_new_answer: 'wait' } } };

async function calls(cwd: string): Promise<readonly JournalEntry[]> {
  const journal = await journalOf(await onlyRun(cwd));
  return journal.filter(
    ({ type, tool }) => type === 'tool.call.finished' && String(tool).startsWith('workspace_'),
  );
}

const textOf = (entry: JournalEntry | undefined): string => JSON.stringify(entry?.['content']);

test('what one agent made another takes over by reference, and every change is published and journaled', async () => {
  const { cwd } = await makePlace();
  const team = await writeTeam(
    cwd,
    pair([
      diff('{{label.author}}'),
      copy('{{label.author}}', '.'),
      copy('{{label.author}}/notes.md', 'docs/'),
      copy('{{views.author}}/app.txt', 'app.txt', { overwrite: true }),
      remove('old.txt', 'docs'),
      undo,
      diff('{{label.author}}', 'after'),
      write('saw.txt', '{{after}}'),
    ]),
    waiting,
  );
  const { code, stdout } = await run(['--config', team, 'q'], { cwd });
  expect(code).toBe(0);
  const made = await calls(cwd);
  expect(made.map(({ tool, outcome }) => `${String(tool)} ${String(outcome)}`)).toEqual([
    'workspace_diff ok',
    'workspace_copy tool_error',
    'workspace_copy ok',
    'workspace_copy ok',
    'workspace_delete ok',
    'workspace_undo ok',
    'workspace_diff ok',
  ]);
  expect(textOf(made[0])).toContain('-theirs\\n+mine');
  expect(made[1]).toMatchObject({ error: { code: 'MG1354' } });
  const at = (path: string): Promise<string> => readFile(join(cwd, 'ws/taker', path), 'utf8');
  expect(await at('app.txt')).toBe('theirs\n');
  expect(await at('docs/notes.md')).toBe('notes\n');
  expect(await at('old.txt')).toBe('old\n');
  expect((await at('saw.txt')).split('\n').slice(1, 5)).toEqual([
    '+ docs/',
    '+ docs/notes.md',
    '- notes.md',
    '+ old.txt',
  ]);
  expect(await readFile(join(cwd, 'ws/author/app.txt'), 'utf8')).toBe('theirs\n');

  // After each call that changed something: what it was, and the version that has it; before it: what it takes away.
  const journal = await journalOf(await onlyRun(cwd));
  for (const { call, tool, outcome } of made) {
    const types = journal.filter((entry) => entry['call'] === call).map(({ type }) => type);
    expect(types, String(tool)).toEqual(
      tool === 'workspace_diff' || outcome !== 'ok'
        ? ['tool.call.started', 'tool.call.finished']
        : [
            'tool.call.started',
            'workspace.kept',
            'tool.call.finished',
            'workspace.changed',
            'snapshot.published',
          ],
    );
  }
  expect(stdout).toContain('files -docs/ -docs/notes.md -old.txt');
  // Ids of agents are for people: another agent is told aliases only.
  for (const entry of made) expect(textOf(entry)).not.toContain('author');
});

test('a destination that leads out is refused, whatever the way', async () => {
  const { cwd } = await makePlace();
  await mkdir(join(cwd, 'outside'));
  const steps = [
    copy('{{label.author}}/app.txt', '../author/app.txt', { overwrite: true }),
    copy('{{label.author}}/app.txt', join(cwd, 'outside/x')),
    copy('{{label.author}}/app.txt', '{{views}}/x'),
    remove('../author/app.txt'),
    remove('.'),
  ];
  const team = await writeTeam(cwd, pair(steps), waiting);
  expect((await run(['--config', team, 'q'], { cwd })).code).toBe(0);
  expect((await calls(cwd)).map((entry) => (entry['error'] as { code: string }).code)).toEqual([
    'MG1505',
    'MG1350',
    'MG1505',
    'MG1505',
    'MG1351',
  ]);
  expect(await readdir(join(cwd, 'outside'))).toEqual([]);
  expect(await readFile(join(cwd, 'ws/author/app.txt'), 'utf8')).toBe('theirs\n');
});

test('lists of the agent hold for them, and who has no workspace has none of them', async () => {
  const { cwd } = await makePlace();
  const [author, taker] = pair([remove('old.txt'), copy('{{label.author}}/notes.md', 'n.md')], {
    exclude_tools: ['workspace_delete'],
  });
  if (author === undefined || taker === undefined) throw new Error('two were made');
  const bare: ScriptAgent = {
    id: 'bare',
    answers: [copy('x', 'y'), answer('none')],
    decides: [vote('author')],
  };
  const team = await writeTeam(cwd, [author, taker, bare], waiting);
  expect((await run(['--config', team, 'q'], { cwd })).code).toBe(0);
  const made = (await calls(cwd)).map(
    ({ agent, tool, outcome }) => `${String(agent)} ${String(tool)} ${String(outcome)}`,
  );
  expect(made.toSorted()).toEqual([
    'bare workspace_copy denied',
    'taker workspace_copy ok',
    'taker workspace_delete denied',
  ]);
});

test('a team that plans may use them', async () => {
  const { cwd } = await makePlace();
  const team = await writeTeam(
    cwd,
    pair([copy('{{label.author}}/notes.md', 'n.md'), remove('old.txt'), undo, diff('{{label.author}}')]),
    { orchestrator: { coordination: { on_new_answer: 'wait', enable_planning_mode: true } } },
  );
  expect((await run(['--config', team, 'q'], { cwd })).code).toBe(0);
  expect((await calls(cwd)).map(({ outcome }) => outcome)).toEqual(['ok', 'ok', 'ok', 'ok']);
});

test('where only what was read may be deleted, that holds for them too', async () => {
  const { cwd } = await makePlace();
  const shell = {
    command: process.execPath,
    args: [join(import.meta.dirname, '../fixtures/servers/shell-server.mjs')],
    security: { level: 'permissive' },
    sandbox: 'off',
  };
  const made = { tool: 'mcp__shell__run', args: { command: 'echo x > {{workspace}}/unread.txt' } };
  const read = {
    tool: 'mcp__filesystem__read_text_file',
    args: { path: '{{workspace}}/unread.txt' },
  };
  const steps = [
    made,
    remove('unread.txt'),
    read,
    remove('unread.txt'),
    copy('{{label.author}}/notes.md', 'n.md'),
    remove('n.md'),
  ];
  const team = await writeTeam(cwd, pair(steps, { mcp_servers: { shell } }), {
    orchestrator: { ...waiting.orchestrator, enforce_read_before_delete: true },
  });
  expect((await run(['--config', team, 'q'], { cwd })).code).toBe(0);
  const outcomes = (await calls(cwd)).map(({ tool, outcome }) => `${String(tool)} ${String(outcome)}`);
  expect(outcomes).toEqual([
    'workspace_delete denied',
    'workspace_delete ok',
    'workspace_copy ok',
    'workspace_delete ok',
  ]);
});

test('a program that dies after them is taken up, and what they did can still be undone', async () => {
  const { cwd } = await makePlace();
  const [author, taker] = pair([
    copy('{{label.author}}/app.txt', 'app.txt', { overwrite: true }),
    remove('old.txt'),
    { crash: true },
  ]);
  if (author === undefined || taker === undefined) throw new Error('two were made');
  const team = await writeTeam(cwd, [author, taker], waiting);
  const { signal } = await run(['--config', team, 'q'], { cwd });
  expect(signal).toBe('SIGKILL');
  expect(await readdir(join(cwd, 'ws/taker'))).toEqual(['app.txt']);

  // The agent goes on differently this time: the recorded config is the one that counts.
  const record = join(await onlyRun(cwd), 'run.json');
  const text = await readFile(record, 'utf8');
  const known = JSON.parse(text) as {
    config: { agents: { backend: { turns: { when: string; steps: Step[] }[] } }[] };
  };
  const turn = known.config.agents[1]?.backend.turns.find(({ when }) => when === 'has_answers');
  if (turn === undefined) throw new Error('the turn is in the record');
  turn.steps = [undo, undo, undo, vote('author')] as Step[];
  await writeFile(record, JSON.stringify(known));
  await writeFile(join(cwd, 'team.json'), '{}');
  expect((await run(['runs', 'resume', 'last'], { cwd })).code).toBe(0);
  const undone = (await calls(cwd)).filter(({ tool }) => tool === 'workspace_undo');
  expect(undone.map(({ outcome }) => outcome)).toEqual(['ok', 'ok', 'tool_error']);
  const at = (path: string): Promise<string> => readFile(join(cwd, 'ws/taker', path), 'utf8');
  expect([await at('app.txt'), await at('old.txt')]).toEqual(['mine\n', 'old\n']);
});

test('two runs at once do not meet, and a link in a workspace is no way out', async () => {
  const { cwd } = await makePlace();
  await mkdir(join(cwd, 'outside'));
  const shell = {
    command: process.execPath,
    args: [join(import.meta.dirname, '../fixtures/servers/shell-server.mjs')],
    security: { level: 'permissive' },
    sandbox: 'off',
  };
  const link = { tool: 'mcp__shell__run', args: { command: `ln -s ${cwd}/outside {{workspace}}/way` } };
  const team = await writeTeam(
    cwd,
    pair([link, copy('{{label.author}}/app.txt', 'way/x'), remove('way/x')], { mcp_servers: { shell } }),
    waiting,
  );
  const both = ['one', 'two'].map((q) => run(['--config', team, '--isolate-workspaces', q], { cwd }));
  expect((await Promise.all(both)).map(({ code }) => code)).toEqual([0, 0]);
  expect(await readdir(join(cwd, 'outside'))).toEqual([]);
  for (const name of await runNames(cwd)) {
    const made = (await journalOf(join(cwd, 'massgen_logs', name))).filter(
      ({ type, tool }) => type === 'tool.call.finished' && String(tool).startsWith('workspace_'),
    );
    expect(made.map((entry) => (entry['error'] as { code: string }).code)).toEqual(['MG1350', 'MG1350']);
  }
});
