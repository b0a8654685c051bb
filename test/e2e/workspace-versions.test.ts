/** Each call that changes files leaves a version, one that only reads costs nothing, an answer is bound to a version. */
import { mkdtemp, readFile, readdir, realpath } from 'node:fs/promises';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { configFromValue } from '../../src/config/parse-config.ts';
import type { DurableEventOf, RunEvent } from '../../src/events/run-event.ts';
import { createRuntime } from '../../src/runtime/create-runtime.ts';
import type { RunHandle } from '../../src/runtime/run-options.ts';
import { createContentSnapshotStore } from '../../src/workspace/content-snapshot-store.ts';

type Step = Readonly<Record<string, unknown>>;

const call = (tool: string, args: Step): Step => ({ tool: `mcp__filesystem__${tool}`, args });

/** Plays the team to its end. */
async function play(agents: readonly Step[]): Promise<{ seen: readonly RunEvent[]; handle: RunHandle }> {
  const { config } = configFromValue({ agents });
  if (config === undefined) throw new Error('the config is wrong');
  const seen: RunEvent[] = [];
  const sink = { event: (event: RunEvent) => void seen.push(event), close: () => Promise.resolve() };
  const handle = await createRuntime({ cwd: place }).startRun({ config, question: 'q', sinks: [() => sink] });
  await expect(handle.finished).resolves.toMatchObject({ outcome: 'answered' });
  return { seen, handle };
}

const walked = vi.hoisted((): string[] => []);
vi.mock(import('../../src/workspace/walk-tree.ts'), async (original) => {
  const real = await original();
  return {
    ...real,
    walkTree: (root, ...rest) => {
      walked.push(root);
      return real.walkTree(root, ...rest);
    },
  };
});

let place: string;

beforeEach(async () => {
  place = await realpath(await mkdtemp(join(tmpdir(), 'massgen-versions-')));
  walked.length = 0;
  onTestFinished(() => {
    spawnSync('chmod', ['-R', 'u+rwX', place]);
    spawnSync('rm', ['-rf', place]);
  });
});

test('a run keeps them all', async () => {
  const notes = '{{workspace}}/notes.md';
  const reading = [
    call('list_directory', { path: '{{workspace}}' }),
    call('directory_tree', { path: '{{workspace}}' }),
    call('read_text_file', { path: notes }),
  ];
  const { seen, handle } = await play([
    {
      id: 'writer',
      backend: {
        type: 'script',
        cwd: 'ws',
        turns: [
          {
            when: 'no_answers',
            steps: [
              call('write_file', { path: notes, content: 'one' }),
              ...reading,
              ...reading,
              call('write_file', { path: notes, content: 'two' }),
              ...reading,
              { new_answer: { content: 'See notes.md' } },
            ],
          },
          { when: 'has_answers', steps: [{ vote: { agent: 'first', reason: 'it is there' } }] },
        ],
      },
    },
  ]);

  // At the start, after each of the two that write, and for the answer.
  expect(walked).toEqual(Array.from({ length: 4 }, () => join(place, 'ws')));

  const published = seen.filter(
    (event): event is DurableEventOf<'snapshot.published'> => event.type === 'snapshot.published',
  );
  const writing = seen.filter((event) => event.type === 'workspace.changed').map((event) => event.call);
  expect(published.map((event) => event.call)).toEqual([...writing, undefined]);
  const [first, second, answer] = published.map((event) => event.snapshot);
  expect(answer).toBe(second);
  const store = createContentSnapshotStore({ directory: join(place, 'massgen_logs/.store') });
  await store.materialize(first ?? '', join(place, 'first'));
  expect(await readFile(join(place, 'first/notes.md'), 'utf8')).toBe('one');
  expect(await readFile(join(handle.directory.views, 'agent1.1/notes.md'), 'utf8')).toBe('two');
});

test('a view that a program wrote to is made anew before the next turn, and said to be', async () => {
  const shell = {
    name: 'shell',
    type: 'stdio',
    command: process.execPath,
    args: [join(import.meta.dirname, '../fixtures/servers/shell-server.mjs')],
    security: { level: 'permissive' },
    sandbox: 'off',
  };
  // Names no path that the rule could see.
  const find = 'find $(pwd) -name notes.md -exec dirname {} ";" | grep view';
  const spoil = `cd $(${find}) && chmod -R u+w . && echo evil > notes.md && echo more > more.md && ls`;
  const vote = { vote: { agent: 'first', reason: 'it is there' } };
  const { seen, handle } = await play([
    {
      id: 'writer',
      backend: {
        type: 'script',
        cwd: 'ws',
        turns: [
          {
            when: 'no_answers',
            steps: [
              call('write_file', { path: '{{workspace}}/notes.md', content: 'one' }),
              { new_answer: { content: 'See notes.md' } },
            ],
          },
          { when: 'has_answers', steps: [vote] },
          { when: 'presenting', steps: [{ text: 'See notes.md' }] },
        ],
      },
    },
    {
      id: 'vandal',
      backend: {
        type: 'script',
        cwd: 'ws2',
        mcp_servers: [shell],
        turns: [
          { when: 'no_answers', steps: [{ sleep_ms: 300 }, { new_answer: { content: 'Mine' } }] },
          { when: 'has_answers', steps: [{ tool: 'mcp__shell__run', args: { command: spoil } }, vote] },
        ],
      },
    },
  ]);
  const finished = seen.flatMap((event, index) =>
    event.type === 'tool.call.finished' ? [{ ...event, index }] : [],
  );
  const spoiling = finished.find(({ tool }) => tool === 'mcp__shell__run');
  expect(spoiling).toMatchObject({ outcome: 'ok', content: [{ text: 'more.md\nnotes.md\n' }] });
  const told = seen.findIndex((event) => event.type === 'warning.raised' && event.code === 'MG1326');
  expect(told).toBeGreaterThan(spoiling?.index ?? Infinity);
  const views = await Promise.all(
    (await readdir(handle.directory.views)).map((name) => readdir(join(handle.directory.views, name))),
  );
  expect(views.filter((names) => names.length > 0)).toEqual([['notes.md']]);
});
