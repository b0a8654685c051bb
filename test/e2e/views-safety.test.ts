/**
 * What a reader of views may try on them, and on store, run directory and others' workspaces, in each of the three forms
 * in which they are kept as they were published: by the rule on paths, by the sandbox, and by copies of their own for
 * those who run something outside of one.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { configFromValue } from '../../src/config/parse-config.ts';
import type { DurableEventOf, RunEvent } from '../../src/events/run-event.ts';
import { createRuntime } from '../../src/runtime/create-runtime.ts';
import type { RunHandle } from '../../src/runtime/run-options.ts';
import { verifyStore } from '../../src/workspace/verify-store.ts';

type Step = Readonly<Record<string, unknown>>;

const installed = spawnSync('bwrap', ['--dev-bind', '/', '/', 'true']).status === 0;
const missing = 'bubblewrap is not installed, or may not be used';

let place: string;

beforeEach(async () => {
  place = await realpath(await mkdtemp(join(tmpdir(), 'massgen-safety-')));
  onTestFinished(() => {
    spawnSync('chmod', ['-R', 'u+rwX', place]);
    spawnSync('rm', ['-rf', place]);
  });
});

interface Played {
  readonly seen: readonly RunEvent[];
  readonly handle: RunHandle;
  readonly alias: (agent: string) => string;
  readonly finished: readonly DurableEventOf<'tool.call.finished'>[];
}

const files = (tool: string, args: Step): Step => ({ tool: `mcp__filesystem__${tool}`, args });
const readNotes = files('read_text_file', { path: '{{views.writer}}/notes.md' });

/** One writes notes, one does `acts` when it sees them, both read them; who acts presents, having read them again. */
async function play(
  acts: readonly Step[],
  servers: readonly Step[],
  sandbox: 'auto' | 'off',
): Promise<Played> {
  const notes = { path: '{{workspace}}/notes.md', content: 'as published' };
  const heard = { path: '{{workspace}}/heard.txt', content: '{{answer.vandal}}' };
  const vote = { vote: { agent: 'vandal', reason: 'it tries hard' } };
  const agent = (id: string, cwd: string, turns: readonly Step[], mcp: readonly Step[] = []): Step => ({
    id,
    backend: { type: 'script', cwd, turns, mcp_servers: mcp },
  });
  const { config } = configFromValue({
    agents: [
      agent('writer', 'ws1', [
        {
          when: 'no_answers',
          steps: [files('write_file', notes), { new_answer: { content: 'See notes.md' } }],
        },
        { when: 'has_answers', steps: [readNotes, files('write_file', heard), vote] },
      ]),
      agent(
        'vandal',
        'ws2',
        [
          { when: 'no_answers', steps: [{ new_answer: { content: 'Like {{views}}/agent9.9/x' } }] },
          { when: 'has_answers', steps: [readNotes, ...acts, vote] },
          { when: 'presenting', steps: [readNotes, { text: 'Mine' }] },
        ],
        servers,
      ),
    ],
    orchestrator: { sandbox, coordination: { on_new_answer: 'wait' } },
  });
  if (config === undefined) throw new Error('the config is wrong');
  const seen: RunEvent[] = [];
  const sink = { event: (event: RunEvent) => void seen.push(event), close: () => Promise.resolve() };
  const handle = await createRuntime({ cwd: place }).startRun({ config, question: 'q', sinks: [() => sink] });
  await expect(handle.finished).resolves.toMatchObject({ outcome: 'answered' });
  const finished = seen.filter((event) => event.type === 'tool.call.finished');
  // Whoever read it, at whatever time, read what was published.
  const reads = finished.filter(({ tool }) => tool === 'mcp__filesystem__read_text_file');
  expect(reads.map(({ agent: who, content }) => [who, textOf(content)]).toSorted()).toEqual([
    ['vandal', 'as published'],
    ['vandal', 'as published'],
    ['writer', 'as published'],
  ]);
  const started = seen.find((event) => event.type === 'run.started');
  const alias = (agent: string): string => started?.agents.find(({ id }) => id === agent)?.alias ?? '';
  return { seen, handle, alias, finished };
}

function textOf(content: unknown): string {
  return (content as readonly { readonly text?: string }[]).map(({ text = '' }) => text).join('');
}

const shellSaid = ({ finished }: Played): readonly string[] =>
  finished.filter(({ tool }) => tool === 'mcp__shell__run').map(({ content }) => textOf(content));

/** Nothing that others see, and nothing of ours, is other than it was published. */
async function expectUntouched({ handle, alias }: Played): Promise<void> {
  const view = join(handle.directory.views, `${alias('writer')}.1`);
  expect(readdirSync(view)).toEqual(['notes.md']);
  expect(readFileSync(join(view, 'notes.md'), 'utf8')).toBe('as published');
  expect(statSync(join(view, 'notes.md')).mode & 0o777).toBe(0o444);
  expect(readFileSync(join(place, 'ws1/notes.md'), 'utf8')).toBe('as published');
  expect(readdirSync(join(place, 'ws1')).toSorted()).toEqual(['heard.txt', 'notes.md']);
  // What the answer of the other named is named as its reader finds it.
  const heard = readFileSync(join(place, 'ws1/heard.txt'), 'utf8');
  expect(heard).toBe(`Like ${handle.directory.views}/agent9.9/x`);
  expect(readFileSync(handle.directory.journal, 'utf8')).not.toContain('I-was-here');
  expect((await verifyStore(handle.directory.store)).problems).toEqual([]);
}

const isRemade = (event: RunEvent): boolean => event.type === 'warning.raised' && event.code === 'MG1326';

describe('what was published stays as it is', () => {
  test('by the rule on paths, for tools whose paths are seen', async () => {
    const view = '{{views.writer}}';
    const acts = [
      files('write_file', { path: `${view}/notes.md`, content: 'evil' }),
      files('write_file', { path: `${view}/more.md`, content: 'evil' }),
      files('edit_file', { path: `${view}/notes.md`, edits: [{ oldText: 'as', newText: 'evil' }] }),
      files('move_file', { source: `${view}/notes.md`, destination: '{{workspace}}/stolen.md' }),
      files('move_file', { source: view, destination: '{{workspace}}/stolen' }),
      files('create_directory', { path: `${view}/more` }),
      files('write_file', { path: '{{workspace}}/../ws1/notes.md', content: 'evil' }),
      files('write_file', { path: '{{workspace}}/../ws1/more.md', content: 'evil' }),
      files('write_file', { path: '{{views}}/../journal.jsonl', content: 'evil' }),
      files('write_file', { path: '{{views}}/../../.store/more', content: 'evil' }),
    ];
    const played = await play(acts, [], 'off');
    const tried = played.finished.filter(
      ({ agent, tool }) => agent === 'vandal' && /^mcp__filesystem__(?!read)/u.test(tool),
    );
    expect(tried.map(({ outcome, content }) => [outcome, textOf(content)])).toEqual(
      acts.map(() => ['denied', expect.stringContaining('may be read but not changed')]),
    );
    await expectUntouched(played);
    expect(played.seen.some(isRemade)).toBe(false);
    // Nobody runs anything, so all read the same ones.
    expect(existsSync(played.handle.directory.ownViews)).toBe(false);
  });

  const shell = {
    name: 'shell',
    type: 'stdio',
    scope: 'agent',
    command: process.execPath,
    args: [join(import.meta.dirname, '../fixtures/servers/shell-server.mjs')],
  };
  /** Does it with the first file that is found there; no path stands in it that the rule could see. */
  const withFile = (part: string, name: string, command: string): Step => {
    const find = `F=$(find $(pwd) -path \\*${part}\\* -type f -name ${name} | head -1)`;
    const there = 'test -n "$F" || { echo nothing is there; exit 1; }';
    return {
      tool: 'mcp__shell__run',
      args: { command: `(${find}; ${there}; ${command}) 2>&1 && echo all done || true` },
    };
  };
  const tampering = [
    'chmod -R u+w $(dirname $F); printf %s-was-here I > $F',
    'printf %s-was-here I >> $F',
    'ln $F ws2/stolen && chmod u+w ws2/stolen && printf %s-was-here I > ws2/stolen',
    'chmod 777 $F && ls -l $F | grep rwxrwxrwx',
    'export F; setsid sh -c "chmod u+w \\$F; printf %s-was-here I > \\$F"',
    'touch $(dirname $F)/more.md',
    'rm -f $F && echo gone',
  ];

  test('by the sandbox, for whatever a program in it runs', async ({ skip }) => {
    skip(!installed, missing);
    const acts = [
      ...tampering.map((command) => withFile('/vi?ws', 'notes.md', command)),
      // Of these nothing is in its sight at all.
      ...tampering.map((command) => withFile('/ws[1]', 'notes.md', command)),
      ...tampering.map((command) => withFile('/.sto[r]e', '[0-9a-f]\\*', command)),
      withFile('massgen', 'journal.json[l]', 'printf %s-was-here I >> $F'),
    ];
    const played = await play(acts, [{ ...shell, sandbox: 'required' }], 'auto');
    const said = shellSaid(played);
    expect(said).toEqual([
      ...tampering.map(() => expect.stringMatching(/Read-only|denied|not permitted|cross-device/iu)),
      ...acts.slice(tampering.length).map(() => 'nothing is there\n'),
    ]);
    for (const text of said) expect(text).not.toContain('all done');
    await expectUntouched(played);
    expect(played.seen.some(isRemade)).toBe(false);
    expect(existsSync(played.handle.directory.ownViews)).toBe(false);
  });

  test('by a sandbox in which a program that agents share writes into no workspace, not even for its caller', async ({
    skip,
  }) => {
    skip(!installed, missing);
    const acts = [
      withFile('/ws[1]', 'notes.md', 'echo x > ws2/mine.txt'),
      withFile('/ws[1]', 'notes.md', 'echo x > $F'),
      withFile('/vi?ws', 'notes.md', 'chmod u+w $F; echo x > $F'),
      withFile('/ws[1]', 'notes.md', 'cat $F && echo x > elsewhere.txt'),
    ];
    const { scope: _, ...shared } = shell;
    const played = await play(acts, [{ ...shared, sandbox: 'required' }], 'auto');
    const readOnly = expect.stringContaining('Read-only file system');
    const free = expect.stringMatching(/as published.*all done/su);
    expect(shellSaid(played)).toEqual([readOnly, readOnly, readOnly, free]);
    await expectUntouched(played);
    expect(readdirSync(join(place, 'ws2'))).toEqual([]);
    expect(existsSync(played.handle.directory.ownViews)).toBe(false);
  });

  test('by copies of their own, for those who run something without a sandbox', async () => {
    const acts = tampering.map((command) => withFile('/own-vi?ws', 'notes.md', command));
    const played = await play(acts, [shell], 'off');
    // It can: they are its own.
    expect(shellSaid(played)).toEqual(acts.map(() => expect.stringContaining('all done')));
    await expectUntouched(played);
    // Before it looked again they were made anew, and that was said.
    expect(played.seen.filter(isRemade).length).toBeGreaterThan(0);
    const { ownViews } = played.handle.directory;
    const vandal = played.alias('vandal');
    expect(readdirSync(ownViews)).toEqual([vandal]);
    const own = join(ownViews, vandal, `${played.alias('writer')}.1`, 'notes.md');
    expect(readFileSync(own, 'utf8')).toBe('as published');
    const changed = readdirSync(join(played.handle.directory.workspaces, '.changed-views'));
    expect(changed).toEqual(['own']);
  });
});
