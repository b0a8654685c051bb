/** Everything that docs/troubleshooting-files.md has a heading for is provoked here, and says what the page says. */
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, type TestContext } from 'vitest';
import { makePlace, run, type Ended } from '../fixtures/command-line.ts';
import { ordinaryUser } from '../fixtures/ordinary-user.ts';
import { answer, vote, writeTeam, type ScriptAgent } from '../fixtures/script-team.ts';
import { testServer } from '../fixtures/test-servers.ts';
import { makeFiles, writableTeam } from '../fixtures/writable-team.ts';
import { readPage } from './pages.ts';

const page = readPage('docs/troubleshooting-files.md');
const headings = [...page.matchAll(/^### `(.+)`$/gmu)].map(([, text = '']) => text);

type Step = Readonly<Record<string, unknown>>;
type Skip = TestContext['skip'];

const call = (tool: string, args: Step): Step => ({ tool: `mcp__filesystem__${tool}`, args });

interface Asked {
  readonly steps: readonly Step[];
  readonly server?: Readonly<Record<string, unknown>>;
  readonly backend?: Readonly<Record<string, unknown>>;
  readonly contextPath?: string;
  readonly through?: readonly string[];
  /** Made before the run; gets the place and the folder that is the context path. */
  readonly prepare?: (path: string, folder: string) => Promise<void>;
}

/** What an agent is told by its calls, in their order. */
async function told(asked: Asked): Promise<string> {
  const { stdout } = await play(asked);
  return (JSON.parse(stdout) as { readonly answer: string }).answer;
}

async function play({ steps, server, backend, contextPath, through, prepare }: Asked): Promise<Ended> {
  const { path, cwd } = await makePlace();
  const folder = join(path, 'folder');
  await mkdir(folder);
  await writeFile(join(folder, 'notes.txt'), 'notes\n');
  await prepare?.(path, folder);
  const saved = steps.map((step, index): Step => ({ ...step, save: `said${index}` }));
  const all = steps.map((_, index) => `{{said${index} | grep }}`).join('\n');
  const agent: ScriptAgent = {
    backend: { cwd: 'workspace', ...backend },
    answers: [...saved, answer(all)],
    decides: [vote('self')],
  };
  const config = await writeTeam(cwd, [agent], {
    orchestrator: { context_paths: [contextPath ?? folder] },
    ...(server === undefined ? {} : { filesystem: { server } }),
  });
  return run(['--config', config, '--output', 'json', 'q'], {
    cwd,
    ...(through === undefined ? {} : { through }),
  });
}

/** With another server than the official one. */
async function toldBy(id: string, skip: Skip, steps: readonly Step[]): Promise<string> {
  const { entry, missing } = testServer(id);
  skip(missing !== undefined, missing);
  return told({ steps, server: { command: process.execPath, args: [entry] } });
}

/** What `massgen mcp test` says of a filesystem server. */
async function atStart(
  server: Readonly<Record<string, unknown>>,
  prepare?: (cwd: string) => Promise<void>,
): Promise<string> {
  const { cwd } = await makePlace();
  await prepare?.(cwd);
  const agents: readonly ScriptAgent[] = [{ backend: { cwd: 'workspace' }, answers: [answer('')] }];
  const config = await writeTeam(cwd, agents, { filesystem: { server } });
  const { code, stdout } = await run(['mcp', 'test', config], { cwd });
  expect(code).toBe(4);
  return stdout;
}

const agentInfra = '@agent-infra/mcp-server-filesystem';

const provoked: Readonly<Record<string, (skip: Skip) => Promise<string>>> = {
  'Access denied - path outside allowed directories': () =>
    told({ steps: [call('read_text_file', { path: '/etc/hostname' })] }),
  'Access denied - symlink target outside allowed directories': () =>
    told({
      steps: [call('read_text_file', { path: '{{context}}/link' })],
      prepare: async (path, folder) => {
        await writeFile(join(path, 'secret'), 'x');
        await symlink(join(path, 'secret'), join(folder, 'link'));
      },
    }),
  'This path may be read but not changed': () =>
    told({ steps: [call('write_file', { path: '{{context}}/notes.txt', content: '' })] }),
  'This path belongs to a run or to another agent, and is not read from here': () =>
    told({
      steps: [call('read_text_file', { path: '{{context}}/massgen_logs/workspaces.json' })],
      contextPath: '.',
    }),
  'The call was not made, because it would delete what you have not read in this run': async () => {
    const { cwd } = await makePlace();
    await makeFiles(cwd, { 'proj/a.txt': 'a' });
    const moved = call('move_file', { source: '{{staged}}/a.txt', destination: '{{staged}}/b.txt' });
    const config = await writableTeam(cwd, {
      presents: [{ ...moved, save: 'said' }, { text: '{{said | first}}' }],
      orchestrator: { enforce_read_before_delete: true },
    });
    return (await run(['--config', config, 'q'], { cwd })).stdout;
  },
  'This path is outside of the folders that the agent may use': (skip) =>
    toldBy(agentInfra, skip, [call('read_file', { path: '../workspace-of-others/file' })]),
  'There is no tool of that name': () => told({ steps: [call('delete_file', { path: 'notes.txt' })] }),
  'The arguments of the call do not fit the tool': () =>
    told({ steps: [call('read_text_file', { file: 'notes.txt' })] }),
  'ENOENT: no such file or directory': () =>
    told({ steps: [call('write_file', { path: 'missing/notes.txt', content: '' })] }),
  'Parent directory does not exist': (skip) =>
    toldBy(agentInfra, skip, [call('write_file', { path: 'missing/notes.txt', content: '' })]),
  'EACCES: permission denied': (skip) => {
    const through = ordinaryUser() ?? skip('no setpriv, and root may read everything');
    return told({
      through,
      steps: [call('read_text_file', { path: '{{context}}/closed' })],
      prepare: async (_, folder) => {
        await writeFile(join(folder, 'closed'), 'x');
        await chmod(join(folder, 'closed'), 0o000);
      },
    });
  },
  'EISDIR: illegal operation on a directory': () =>
    told({ steps: [call('read_text_file', { path: '{{context}}' })] }),
  'ENOTDIR: not a directory': () =>
    told({ steps: [call('list_directory', { path: '{{context}}/notes.txt' })] }),
  'Could not find exact match for edit': () =>
    told({
      steps: [
        call('write_file', { path: 'notes.txt', content: 'some notes' }),
        call('edit_file', { path: 'notes.txt', edits: [{ oldText: 'others', newText: '' }] }),
      ],
    }),
  'characters left out; the whole text is in': () =>
    told({
      steps: [call('read_text_file', { path: '{{context}}/long.txt' })],
      prepare: (_, folder) => writeFile(join(folder, 'long.txt'), `${'long '.repeat(20)}\n`.repeat(2_000)),
    }),
  'The MCP server sent a message over the size limit': () =>
    told({
      steps: [call('read_text_file', { path: '{{context}}/large.txt' })],
      prepare: (_, folder) => writeFile(join(folder, 'large.txt'), 'x'.repeat(5_500_000)),
    }),
  'No matches found': () => told({ steps: [call('search_files', { path: '{{context}}', pattern: '*.md' })] }),
  'Absolute paths are not allowed': (skip) =>
    toldBy('@shtse8/filesystem-mcp', skip, [call('read_content', { paths: ['{{context}}/notes.txt'] })]),
  'Write rejected to prevent accidental data loss': (skip) =>
    toldBy('@wonderwhy-er/desktop-commander', skip, [
      call('write_file', { path: 'notes.txt', content: 'first' }),
      call('write_file', { path: 'notes.txt', content: 'second' }),
    ]),

  'The MCP server could not be started: its command was not found': () =>
    atStart({ command: 'no-such-program' }),
  'The MCP server could not be started: its command may not be executed': () =>
    atStart({ command: './server.js', cwd: '.' }, (cwd) => writeFile(join(cwd, 'server.js'), '')),
  'The MCP server did not start': () => atStart({ command: process.execPath, args: ['no-such-file.js'] }),
  'The MCP server did not answer in time while connecting': async () => {
    const { cwd } = await makePlace();
    const silent = { command: process.execPath, args: ['-e', 'setInterval(() => undefined, 1000)'] };
    const mcp_servers = { filesystem: { type: 'stdio', ...silent, connect_timeout: 0.5 } };
    const config = await writeTeam(cwd, [{ backend: { cwd: 'ws', mcp_servers }, answers: [answer('')] }]);
    return (await run(['mcp', 'test', config], { cwd })).stdout;
  },
  'The MCP server could not be started: its working directory does not exist': () =>
    atStart({ command: process.execPath, cwd: 'missing' }),
  'The MCP server needs an environment variable that is not set': () =>
    atStart({ command: 'my-files', args: ['${NO_SUCH_VARIABLE}'] }),
  'A context path cannot be given to the agents': async () =>
    (await play({ steps: [], contextPath: 'missing' })).stderr,
  'The workspace holds files that MassGen did not make': async () => {
    const { cwd } = await makePlace();
    await mkdir(join(cwd, 'mine'));
    await writeFile(join(cwd, 'mine/thesis.md'), 'years of work');
    const config = await writeTeam(cwd, [{ backend: { cwd: 'mine' }, answers: [answer('')] }]);
    return (await run(['--config', config, 'q'], { cwd })).stderr;
  },
  'A config that was found here starts programs of its own': async () => {
    const { cwd } = await makePlace();
    const agents = [{ id: 'a', backend: { type: 'script', cwd: 'ws', turns: [{ steps: [answer('')] }] } }];
    const config = { agents, filesystem: { server: { command: 'my-files' } } };
    await writeFile(join(cwd, 'massgen.yaml'), JSON.stringify(config));
    return (await run(['q'], { cwd })).stderr;
  },
};

test('every heading with a message is provoked below', () => {
  expect(Object.keys(provoked).toSorted()).toEqual(headings.toSorted());
});

test.for(Object.keys(provoked))('%s', async (text, { skip }) => {
  expect(await provoked[text]?.(skip)).toContain(text);
});

test('`MG` codes of the page stand with the messages they belong to', () => {
  const errors = readPage('docs/errors.md');
  const sections = page.split(/^### /mu).slice(1);
  const coded = sections.flatMap((section) => {
    const [, text, code] = /^`(.+)`\n\n`(MG\d+)`/u.exec(section) ?? [];
    return text === undefined ? [] : [`\`${code}\` | ${text} |`];
  });
  expect(coded.length).toBeGreaterThan(10);
  expect(coded.filter((row) => !errors.includes(row))).toEqual([]);
});
