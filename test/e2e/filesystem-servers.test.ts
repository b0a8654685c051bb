/**
 * The filesystem servers of other makers, as `filesystem.server`: the task of the demo is solved on each for real, and no
 * trick that leads out of an agent's folders works on any. Those that `test/servers` installs are skipped without it.
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { makePlace, run } from '../fixtures/command-line.ts';
import { fileSpeech, type FileSpeech } from '../fixtures/file-speech.ts';
import { digestOf, journalOf, nothingRunsIn, onlyRun, type JournalEntry } from '../fixtures/runs-on-disk.ts';
import { answer, vote, writeTeam, type ScriptAgent } from '../fixtures/script-team.ts';
import { makeSmallFolder } from '../fixtures/small-folder.ts';
import { testServer, testServersModules, type TestServer } from '../fixtures/test-servers.ts';

const official = '@modelcontextprotocol/server-filesystem';
const linkServer = fileURLToPath(new URL('../fixtures/servers/link-server.mjs', import.meta.url));

function serverOf(id: string): TestServer {
  if (id !== official) return testServer(id);
  return { entry: createRequire(import.meta.url).resolve(`${official}/dist/index.js`), missing: undefined };
}

function settings({ entry }: TestServer, folder: string): Readonly<Record<string, unknown>> {
  return {
    filesystem: { server: { command: process.execPath, args: [entry] } },
    orchestrator: { context_paths: [folder], coordination: { on_new_answer: 'wait' } },
  };
}

/** The task of the demo: list a folder, search it, write, read what the others wrote, join it, vote, present. */
function reporters({ list, findMarkdown, write, readOwn, readView }: FileSpeech): readonly ScriptAgent[] {
  const decides = [
    ...readView('{{views.editor}}/report.md', 'read'),
    vote('editor', '{{read | count}} lines'),
  ];
  const join = [
    ...readView('{{views.surveyor}}/structure.md', 'structure'),
    ...readView('{{views.reader}}/documents.md', 'found'),
    ...write('report.md', 'Report\n{{structure}}\n{{found}}\n'),
    answer('One report of both, in report.md.'),
  ];
  const present = [...readOwn('report.md', 'report'), { text: '{{report}}' }];
  return [
    {
      id: 'surveyor',
      backend: { cwd: 'workspaces/surveyor' },
      answers: [
        ...list('{{context}}', 'entries'),
        ...write('structure.md', '# Structure\n\n{{entries | lines}}\n'),
        answer('The list is in structure.md.'),
      ],
      decides,
    },
    {
      id: 'reader',
      backend: { cwd: 'workspaces/reader' },
      answers: [
        ...findMarkdown('{{context}}', 'documents'),
        ...write('documents.md', '# Documents\n\n{{documents | lines}}\n'),
        answer('The documents are in documents.md.'),
      ],
      decides,
    },
    {
      id: 'editor',
      backend: {
        cwd: 'workspaces/editor',
        turns: [
          {
            when: 'no_answers',
            steps: [...write('report.md', 'nothing yet'), answer('I wait for the others.')],
          },
          { when: 'has_answers', steps: join },
          { when: 'has_answers', steps: [vote('self')] },
          { when: 'presenting', steps: present },
        ],
      },
    },
  ];
}

/** Of tools of servers: a vote that came late is no fault of theirs. */
async function serverCalls(directory: string): Promise<readonly JournalEntry[]> {
  return (await journalOf(directory)).filter(
    ({ type, tool }) => type === 'tool.call.finished' && String(tool).startsWith('mcp__'),
  );
}

/** What an agent tries beside its work. `write` and `read` are paths that it must not get at. */
const tricks = {
  write: [
    '{{views}}/new.md',
    '{{views.ab}}/mine.md',
    '../ab/mine.md',
    '../ab/new.md',
    '../abc/private.txt',
    '../../secret.txt',
    '../../views/x',
    '~/new.md',
    '~/../../views/x',
    'to-views/{{label.ab}}/mine.md',
    'to-views/new.md',
    'to-other/mine.md',
    'to-secret',
    'to-outside/new.md',
    '{{context}}/new.md',
    '{{context}}/link.txt',
    '{{context}}/to-outside/new.md',
  ],
  read: [
    '../abc/private.txt',
    '../../secret.txt',
    'to-secret',
    'to-outside/private.txt',
    'to-other/unpublished.txt',
    '{{context}}/link.txt',
    '{{context}}/to-outside/private.txt',
  ],
};

describe.each(Object.entries(fileSpeech))('%s', (id, speech) => {
  test('solves the task of the demo', async ({ skip }) => {
    const server = serverOf(id);
    skip(server.missing !== undefined, server.missing);
    const { path, cwd } = await makePlace();
    const folder = await makeSmallFolder(path);
    const before = await digestOf(folder);
    const config = await writeTeam(cwd, reporters(speech), settings(server, folder));
    const { code, stdout, stderr } = await run(['--config', config, 'Report on the folder'], { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });

    const directory = await onlyRun(cwd);
    const calls = await serverCalls(directory);
    expect(calls.filter(({ outcome }) => outcome !== 'ok')).toEqual([]);
    const report = await readFile(join(directory, 'final/editor/workspace/report.md'), 'utf8');
    for (const name of ['README.md', 'notes.txt', 'src', 'guide.md']) expect(report).toContain(name);
    const [, presented = ''] = stdout.split('Final answer, presented by editor');
    expect(presented).toContain('guide.md');
    expect(stdout).toContain('Won   editor.2 with 3 of 3 votes');

    expect(await digestOf(folder)).toBe(before);
    // A server that reads its folders from the home directory has one of its own, and leaves nothing there.
    expect(existsSync(join(directory, 'homes'))).toBe(false);
    expect(existsSync(join(path, 'home'))).toBe(false);
    await nothingRunsIn(path);
  });

  test('lets no agent out of its folders: not by dots, links, names that begin alike, or its home directory', async ({
    skip,
  }) => {
    const server = serverOf(id);
    skip(server.missing !== undefined, server.missing);
    const { path, cwd } = await makePlace();
    const folder = await makeSmallFolder(path);
    const outside = join(path, 'outside');
    await mkdir(outside);
    await mkdir(join(cwd, 'workspaces/abc'), { recursive: true });
    for (const file of [
      join(cwd, 'secret.txt'),
      join(outside, 'private.txt'),
      join(cwd, 'workspaces/abc/private.txt'),
    ])
      await writeFile(file, 'CANARY\n');
    await symlink(join(cwd, 'secret.txt'), join(folder, 'link.txt'));
    await symlink(outside, join(folder, 'to-outside'));
    const links = {
      name: 'links',
      type: 'stdio',
      command: process.execPath,
      args: [linkServer],
      cwd: 'workspaces/a',
      env: {
        'LINK_to-views': `${cwd}/massgen_logs/log_*/views`,
        'LINK_to-other': join(cwd, 'workspaces/ab'),
        'LINK_to-secret': join(cwd, 'secret.txt'),
        'LINK_to-outside': outside,
      },
    };
    const { write, writeAnywhere, readAnywhere } = speech;
    const tried = [
      ...tricks.write.flatMap((given, index) => writeAnywhere(given, 'CHANGED', `w${index}`)),
      ...tricks.read.flatMap((given, index) => readAnywhere(given, `r${index}`)),
    ];
    const said = tricks.read.map((given, index) => `READ ${given}: {{r${index}}}`).join('\n');
    const team: readonly ScriptAgent[] = [
      {
        id: 'a',
        backend: { cwd: 'workspaces/a', mcp_servers: [links] },
        answers: [...write('own.md', 'mine'), answer('I begin.')],
        decides: [{ tool: 'mcp__links__make_links' }, ...tried, { text: `${said}\n` }, vote('ab', 'none')],
      },
      {
        id: 'ab',
        backend: { cwd: 'workspaces/ab' },
        answers: [
          ...write('mine.md', 'as published'),
          ...write('unpublished.txt', 'CANARY'),
          answer('Mine.'),
        ],
        decides: [vote('self')],
      },
    ];
    const config = await writeTeam(cwd, team, settings(server, folder));
    const before = await digestOf(folder);
    const outsideBefore = await digestOf(outside);
    const { code, stdout } = await run(['--config', config, 'Try'], { cwd });
    expect(code).toBe(0);

    // The tricks were tried, with their links in place.
    const directory = await onlyRun(cwd);
    const calls = await serverCalls(directory);
    expect(calls.length).toBeGreaterThanOrEqual(tricks.write.length + tricks.read.length);
    expect(await readFile(join(cwd, 'workspaces/a/to-secret'), 'utf8')).toBe('CANARY\n');
    expect(await readdir(join(cwd, 'workspaces/a/to-views'))).toEqual(
      expect.arrayContaining(['agent1.1', 'agent2.1']),
    );

    expect(stdout).not.toContain('CANARY');
    expect(await digestOf(folder)).toBe(before);
    expect(await digestOf(outside)).toBe(outsideBefore);
    expect(await readFile(join(cwd, 'secret.txt'), 'utf8')).toBe('CANARY\n');
    expect(await readdir(join(cwd, 'workspaces/abc'))).toEqual(['private.txt']);
    expect(await readFile(join(cwd, 'workspaces/abc/private.txt'), 'utf8')).toBe('CANARY\n');
    expect((await readdir(join(cwd, 'workspaces/ab'))).toSorted()).toEqual(['mine.md', 'unpublished.txt']);
    expect(await readFile(join(cwd, 'workspaces/ab/mine.md'), 'utf8')).toBe('as published');
    for (const view of await readdir(join(directory, 'views'))) {
      expect(view).toMatch(/^(?:agent\d\.1|spill)$/u);
      const files = view === 'spill' ? [] : await readdir(join(directory, 'views', view));
      for (const file of files)
        expect(await readFile(join(directory, 'views', view, file), 'utf8')).not.toContain('CHANGED');
      expect(files).not.toContain('new.md');
    }
  });
});

describe('as npx starts it', () => {
  /** The tools an agent is offered, and why others are not. */
  async function offered(id: string, version: string): Promise<string> {
    const { path, cwd } = await makePlace();
    // npx takes what is installed above the folder it works in, so this needs no network.
    await symlink(testServersModules, join(path, 'node_modules'));
    await writeFile(join(path, 'package.json'), JSON.stringify({ dependencies: { [id]: version } }));
    await mkdir(join(cwd, 'ws'));
    const config = await writeTeam(cwd, [{ backend: { cwd: 'ws' }, answers: [answer('')] }], {
      filesystem: { server: { command: `npx -y ${id}@${version}` } },
    });
    const { code, stdout } = await run(['mcp', 'tools', '--config', config], {
      cwd,
      env: { npm_config_registry: 'http://127.0.0.1:9' },
    });
    expect(code).toBe(0);
    await nothingRunsIn(path);
    return stdout;
  }

  test.for<readonly [string, string, RegExp]>([
    ['@agent-infra/mcp-server-filesystem', '1.2.29', /^mcp__filesystem__read_file /mu],
    ['@shtse8/filesystem-mcp', '0.5.8', /^mcp__views__read_text_file /mu],
    [
      '@wonderwhy-er/desktop-commander',
      '0.2.52',
      /^ +filesystem: start_process not offered: it keeps to no folder/mu,
    ],
  ])('%s is known and told of its folders', async ([id, version, wanted], { skip }) => {
    const { missing } = testServer(id);
    skip(missing !== undefined, missing);
    expect(await offered(id, version)).toMatch(wanted);
  });
});
