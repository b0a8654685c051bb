/**
 * Runs under bad circumstances: names that collide, servers that say nothing, workspaces that are gone, crashes
 * before the first entry. Nothing that was given may be lost, and no run may end without saying why.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, realpath, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test, onTestFinished } from 'vitest';
import { configFromValue } from '../../src/config/parse-config.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import type { MassGenConfig } from '../../src/config/schema/massgen-config.ts';
import type { RunEvent } from '../../src/events/run-event.ts';
import { acquireLock } from '../../src/journal/file-lock.ts';
import { createRuntime } from '../../src/runtime/create-runtime.ts';
import type { SinkFactory } from '../../src/runtime/run-options.ts';
import { createSimulatedClock } from '../../src/testing/simulated-clock.ts';

const question = 'What is there?';

let place: string;

beforeEach(async () => {
  place = await realpath(await mkdtemp(join(tmpdir(), 'massgen-robust-')));
  onTestFinished(() => rm(place, { recursive: true, force: true }));
});

type Entry = Readonly<Record<string, unknown>>;

function agent(id: string, turns: readonly Entry[], more: Entry = {}): Entry {
  return { id, backend: { type: 'script', turns, ...more } };
}

function makeConfig(value: unknown): MassGenConfig {
  const { config, diagnostics } = configFromValue(value);
  if (config === undefined) throw new Error(diagnostics.map(({ message }) => message).join('; '));
  return config;
}

const answers = (content: string): Entry => ({ when: 'no_answers', steps: [{ new_answer: { content } }] });
const votes: Entry = { when: 'has_answers', steps: [{ vote: { agent: 'first', reason: 'it is there' } }] };
const writes = (text: string): Entry => ({
  when: 'no_answers',
  steps: [
    { tool: 'mcp__filesystem__write_file', args: { path: '{{workspace}}/notes.md', content: text } },
    { new_answer: { content: 'See notes.md' } },
  ],
});

function collect(seen: RunEvent[], onEvent: (event: RunEvent) => void = () => undefined): SinkFactory {
  return () => ({
    event: (event) => {
      seen.push(event);
      onEvent(event);
    },
    close: () => Promise.resolve(),
  });
}

describe('agents that are called like something in the run directory', () => {
  test.each(['journal.jsonl', 'run.json', 'result.json', 'run.lock', 'massgen.log', 'Views', 'agents'])(
    '%s has its answer kept apart',
    async (id) => {
      const handle = await createRuntime({ cwd: place }).startRun({
        config: makeConfig({ agents: [agent(id, [answers('mine')])] }),
        question,
      });
      await expect(handle.finished).resolves.toMatchObject({ outcome: 'answered' });
      const folder = join(handle.directory.path, 'agents', id);
      const [time = ''] = await readdir(folder);
      expect(await readFile(join(folder, time, 'answer.txt'), 'utf8')).toBe('mine');
    },
  );
});

test('files for people that cannot be written end no run', async () => {
  const handle = await createRuntime({ cwd: place }).startRun({
    config: makeConfig({ agents: [agent('writer', [{ steps: [{ new_answer: { content: 'mine' } }] }])] }),
    question,
    sinks: [
      async ({ directory }) => {
        // In the way of its folder, and of the text of its presentation.
        await writeFile(join(directory.path, 'writer'), '');
        await mkdir(join(directory.agentOutputs, 'final_presentation_writer.txt'), { recursive: true });
        return { event: () => undefined, close: () => Promise.resolve() };
      },
    ],
  });
  await expect(handle.finished).resolves.toMatchObject({ outcome: 'answered' });
});

test('a server that says nothing holds up a run no longer than the run may take', async () => {
  const seen: RunEvent[] = [];
  const clock = createSimulatedClock();
  const silent = {
    name: 'silent',
    type: 'stdio',
    command: process.execPath,
    args: ['-e', 'process.stdin.resume()'],
  };
  const handle = await createRuntime({ cwd: place, clock }).startRun({
    config: makeConfig({
      agents: [agent('writer', [answers('mine')], { mcp_servers: [silent] })],
      timeout_settings: { orchestrator_timeout_seconds: 5 },
    }),
    question,
    sinks: [collect(seen)],
  });
  await clock.until(() => clock.waits().includes(5_000) && clock.waits().includes(30_000));
  await clock.advance(5_000);
  await expect(handle.finished).resolves.toMatchObject({ outcome: 'answered' });
  expect(seen.find((event) => event.type === 'server.failed')).toMatchObject({
    server: 'silent',
    error: { message: expect.stringContaining('time limit of the run') as string },
  });
});

test('a folder for the agents inside of a workspace is refused, and nothing is touched', async () => {
  await mkdir(join(place, 'ws', 'notes'), { recursive: true });
  await writeFile(join(place, 'ws', 'notes', 'mine.txt'), 'precious');
  const runtime = createRuntime({ cwd: place });
  await runtime.adoptWorkspace(join(place, 'ws'), () => undefined);
  const config = (path: string): MassGenConfig =>
    makeConfig({
      agents: [agent('writer', [answers('mine')], { cwd: 'ws' })],
      orchestrator: { context_paths: [{ path, permission: 'read' }] },
    });
  for (const path of ['ws', 'ws/notes']) {
    await expect(runtime.startRun({ config: config(path), question })).rejects.toMatchObject({
      code: 'MG1716',
    });
  }
  expect(await readFile(join(place, 'ws', 'notes', 'mine.txt'), 'utf8')).toBe('precious');
  expect((await readdir(join(place, 'massgen_logs'))).filter((name) => name.startsWith('log_'))).toEqual([]);
});

test('waiting for another process that prepares its workspaces does not end the program', async () => {
  const logs = join(place, 'massgen_logs');
  await mkdir(logs, { mode: 0o700 });
  const program = `
    import { createRuntime } from ${JSON.stringify(new URL('../../src/runtime/create-runtime.ts', import.meta.url).href)};
    process.stdout.write('begun');
    const runtime = createRuntime({ cwd: ${JSON.stringify(place)} });
    process.stdout.write(await runtime.adoptWorkspace(${JSON.stringify(join(place, 'ws'))}, () => undefined));`;
  await mkdir(join(place, 'ws'));
  const lock = acquireLock(join(logs, 'workspaces.lock'));
  const child = spawn(process.execPath, ['--input-type=module-typescript', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    // By the time the lock is free it has had to wait for it, or has given up in silence.
    if (said === 'begun') setTimeout(() => lock?.release(), 300);
  });
  const [code] = (await once(child, 'close')) as [number];
  expect({ code, said }).toEqual({ code: 0, said: `begun${join(place, 'ws')}` });
});

describe('a run that is taken up again', () => {
  /** A run that is ended at once when an event of this type comes; its id. */
  async function abortedAt(
    type: RunEvent['type'],
    config: MassGenConfig,
    configPath?: string,
  ): Promise<string> {
    const seen: RunEvent[] = [];
    const abort = Promise.withResolvers<void>();
    const handle = await createRuntime({ cwd: place }).startRun({
      config,
      question,
      seed: 5,
      ...(configPath === undefined ? {} : { configPath }),
      sinks: [collect(seen, (event) => event.type === type && abort.resolve())],
    });
    await Promise.race([abort.promise, handle.finished]);
    handle.abort(new Error('enough'));
    await handle.finished.catch(() => undefined);
    return handle.id;
  }

  const pair = (more: Entry = {}): MassGenConfig =>
    makeConfig({
      agents: [agent('writer', [answers('one'), votes]), agent('critic', [answers('two'), votes])],
      ...more,
    });

  test('begins anew, under its aliases, when it died before its first entry', async () => {
    const id = await abortedAt('run.started', pair());
    await truncate(join(place, 'massgen_logs', id, 'journal.jsonl'), 0);
    const seen: RunEvent[] = [];
    const handle = await createRuntime({ cwd: place }).resumeRun(id, { sinks: [collect(seen)] });
    await expect(handle.finished).resolves.toMatchObject({ outcome: 'answered' });
    const started = seen.filter((event) => event.type === 'run.started');
    expect(started).toMatchObject([{ question, seed: 5 }]);
    expect(started[0]?.agents.map(({ alias }) => alias).toSorted()).toEqual(['agent1', 'agent2']);
    expect(seen.some((event) => event.type === 'run.resumed')).toBe(false);
  });

  test('has the files of its last snapshot again when the workspace is gone', async () => {
    const config = makeConfig({
      agents: [
        agent(
          'writer',
          [
            writes('kept'),
            { when: 'has_answers', steps: [{ sleep_ms: 300 }, ...(votes['steps'] as Entry[])] },
            { when: 'presenting', steps: [{ text: 'See notes.md' }] },
          ],
          { cwd: 'ws' },
        ),
        agent('critic', [answers('two'), votes]),
      ],
    });
    const id = await abortedAt('vote.cast', config);
    await rm(join(place, 'ws'), { recursive: true });
    const handle = await createRuntime({ cwd: place }).resumeRun(id);
    await handle.finished;
    expect(await readFile(join(place, 'ws', 'notes.md'), 'utf8')).toBe('kept');
    expect(await readdir(handle.directory.workspaces)).toEqual([]);
  });

  test('can be named by its path from anywhere', async () => {
    const config = makeConfig({
      agents: [
        agent('writer', [writes('kept'), votes], { cwd: 'ws' }),
        agent('critic', [answers('two'), votes]),
      ],
    });
    const id = await abortedAt('vote.cast', config);
    const elsewhere = join(place, 'elsewhere');
    await mkdir(elsewhere);
    const runtime = createRuntime({ cwd: elsewhere });
    const handle = await runtime.resumeRun(join(place, 'massgen_logs', id));
    await expect(handle.finished).resolves.toMatchObject({ outcome: 'answered' });
    expect(existsSync(join(elsewhere, 'massgen_logs'))).toBe(false);
  });

  test('takes a raised time limit from its file when it ran out of time', async () => {
    const path = join(place, 'team.json');
    const write = async (seconds: number, content: string): Promise<MassGenConfig> => {
      const team = {
        agents: [agent('writer', [{ steps: [{ sleep_ms: 200 }, { new_answer: { content } }] }])],
        timeout_settings: { orchestrator_timeout_seconds: seconds },
      };
      await writeFile(path, JSON.stringify(team));
      const { config } = await loadConfig(path);
      return config ?? makeConfig({});
    };
    const runtime = createRuntime({ cwd: place });
    const config = await write(0.01, 'mine');
    const first = await runtime.startRun({ config, configPath: path, question });
    await expect(first.finished).resolves.toMatchObject({ outcome: 'no_answer' });
    // Anything else that changed is not taken over.
    await write(60, 'another');
    const second = await runtime.resumeRun(first.id);
    await expect(second.finished).resolves.toMatchObject({ outcome: 'no_answer' });
    await write(60, 'mine');
    const third = await runtime.resumeRun(first.id);
    await expect(third.finished).resolves.toMatchObject({ outcome: 'answered' });
  });
});
