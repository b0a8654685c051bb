import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { configFromValue } from '../config/parse-config.ts';
import type { MassGenConfig } from '../config/schema/massgen-config.ts';
import type { RunEvent } from '../events/run-event.ts';
import { diskFiles, type JournalFiles } from '../journal/journal-file.ts';
import { createSimulatedClock } from '../testing/simulated-clock.ts';
import { createRuntime } from './create-runtime.ts';
import type { SinkFactory } from './run-options.ts';

type Steps = readonly Readonly<Record<string, unknown>>[];

const answer = (content: string): Steps => [{ new_answer: { content } }];
const voteFirst: Steps = [{ vote: { agent: 'first', reason: 'it is there' } }];
const hang: Steps = [{ hang: true }];

let place: string;

beforeEach(async () => {
  place = await realpath(await mkdtemp(join(tmpdir(), 'massgen-runtime-')));
  onTestFinished(() => rm(place, { recursive: true, force: true }));
});

function makeConfig(value: unknown): MassGenConfig {
  const { config, diagnostics } = configFromValue(value);
  if (config === undefined) throw new Error(diagnostics.map(({ message }) => message).join('; '));
  return config;
}

/** Agents that answer as told, then vote for the first answer. */
function team(
  answers: Readonly<Record<string, Steps>>,
  more: Readonly<Record<string, unknown>> = {},
): MassGenConfig {
  return makeConfig({
    agents: Object.entries(answers).map(([id, steps]) => ({
      id,
      backend: {
        type: 'script',
        turns: [
          { when: 'no_answers', steps },
          { when: 'has_answers', steps: voteFirst },
          { when: 'presenting', steps: [{ text: 'The final word.' }] },
        ],
      },
    })),
    ...more,
  });
}

function watch(): {
  readonly seen: RunEvent[];
  readonly sink: SinkFactory;
  until(type: string): Promise<void>;
} {
  const seen: RunEvent[] = [];
  const waiting = new Map<string, () => void>();
  return {
    seen,
    sink: () => ({
      event: (event) => {
        seen.push(event);
        waiting.get(event.type)?.();
      },
      close: () => Promise.resolve(),
    }),
    until: (type) =>
      new Promise((resolve) => {
        if (seen.some((event) => event.type === type)) resolve();
        waiting.set(type, resolve);
      }),
  };
}

/** Names in the logs directory that are runs. */
async function runs(): Promise<readonly string[]> {
  const names = await readdir(join(place, 'massgen_logs')).catch(() => []);
  return names.filter((name) => name.startsWith('log_'));
}

const pair = { writer: answer('one'), critic: answer('two') };
const question = 'Which way is the shortest?';

describe('a run', () => {
  it('leaves its journal, its record and its result, which say the same', async () => {
    const handle = await createRuntime({ cwd: place }).startRun({ config: team(pair), question, seed: 3 });
    const state = await handle.finished;
    const lines = (await readFile(handle.directory.journal, 'utf8')).trimEnd().split('\n');
    const events = lines.map((line) => JSON.parse(line) as RunEvent & { readonly seq: number });
    expect(events.map(({ seq }) => seq)).toEqual(lines.map((_, index) => index + 1));
    expect(events.slice(0, 2).map(({ type }) => type)).toEqual(['run.started', 'message.user']);
    expect(events[0]).toMatchObject({ question, seed: 3, run: handle.id });
    expect(state.outcome).toBe('answered');
    expect(JSON.parse(await readFile(handle.directory.resultFile, 'utf8'))).toMatchObject({
      run: handle.id,
      outcome: 'answered',
      winner: state.answers[state.winner?.answer ?? -1]?.label,
      answer: 'The final word.',
    });
    expect(JSON.parse(await readFile(handle.directory.runFile, 'utf8'))).toMatchObject({ question, seed: 3 });
    const [winner = ''] = await readdir(join(handle.directory.path, 'final'));
    expect(await readFile(join(handle.directory.final(winner), 'answer.txt'), 'utf8')).toBe(
      'The final word.\n',
    );
  });

  it('deals the same aliases for the same seed, and others for other seeds', async () => {
    const runtime = createRuntime({ cwd: place });
    const dealt = async (seed: number): Promise<string> => {
      const { seen, sink } = watch();
      const handle = await runtime.startRun({
        config: team(pair),
        question,
        seed,
        sinks: [sink],
        logs: false,
      });
      await handle.finished;
      const started = seen.find((event) => event.type === 'run.started');
      return started?.agents.map(({ alias }) => alias).join() ?? '';
    };
    const all = await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map(dealt));
    expect(new Set(all).size).toBe(2);
    expect(await Promise.all([0, 1, 2, 3].map(dealt))).toEqual(all.slice(0, 4));
    expect(new Set(await runs()).size).toBe(12);
  });

  it('goes on without a display that throws, and says so', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    onTestFinished(() => void warned.mockRestore());
    const broken: SinkFactory = () => ({
      event: () => {
        throw new Error('no paper');
      },
      close: () => Promise.reject(new Error('jammed')),
    });
    const { seen, sink } = watch();
    const runtime = createRuntime({ cwd: place });
    const handle = await runtime.startRun({ config: team(pair), question, sinks: [broken, sink] });
    await expect(handle.finished).resolves.toMatchObject({ outcome: 'answered' });
    expect(seen.at(-1)?.type).toBe('run.finished');
    expect(warned.mock.calls.map(([message]) => String(message))).toEqual([
      expect.stringContaining('no paper'),
      expect.stringContaining('jammed'),
    ]);
  });

  it('goes on without a server that does not start or lacks a variable, and says which and why', async () => {
    const config = team(pair);
    const servers = [
      { name: 'gone', type: 'stdio', command: join(place, 'no-such-program') },
      { name: 'locked', type: 'stdio', command: 'true', env: { TOKEN: '${NO_SUCH_TOKEN}' } },
    ];
    const [first, ...others] = config.agents;
    const { agents } = makeConfig({
      agents: [{ ...first, backend: { ...first?.backend, mcp_servers: servers } }],
    });
    const { seen, sink } = watch();
    const runtime = createRuntime({ cwd: place, environment: { PATH: process.env['PATH'] } });
    const handle = await runtime.startRun({
      config: { ...config, agents: [...agents, ...others] },
      question,
      sinks: [sink],
    });
    await expect(handle.finished).resolves.toMatchObject({ outcome: 'answered' });
    const failed = seen.filter((event) => event.type === 'server.failed');
    expect(failed.map(({ server, agent }) => [server, agent]).toSorted()).toEqual([
      ['gone', undefined],
      ['locked', 'writer'],
    ]);
    expect(failed.find(({ server }) => server === 'locked')?.error.message).toContain('NO_SUCH_TOKEN');
    expect(failed.find(({ server }) => server === 'gone')?.error.message).toContain('no-such-program');
  });

  it('has the limits of its config, in milliseconds', async () => {
    const clock = createSimulatedClock();
    const { sink, until } = watch();
    const config = team(
      { writer: hang },
      {
        timeout_settings: { orchestrator_timeout_seconds: 90, turn_soft_seconds: 20, turn_hard_seconds: 45 },
      },
    );
    const handle = await createRuntime({ cwd: place, clock }).startRun({ config, question, sinks: [sink] });
    await until('turn.started');
    await clock.until(() => clock.waits().length >= 3);
    expect(clock.waits()).toEqual([20_000, 45_000, 90_000]);
    await clock.advance(90_000);
    await expect(handle.finished).resolves.toMatchObject({ outcome: 'no_answer' });
    expect(JSON.parse(await readFile(handle.directory.resultFile, 'utf8'))).toMatchObject({
      durationMs: 90_000,
    });
  });
});

describe('a run that cannot begin', () => {
  const refused: readonly (readonly [string, () => unknown, object])[] = [
    [
      'a backend that this version cannot run',
      () => ({ agents: [{ id: 'a', backend: { type: 'claude_code', model: 'm' } }] }),
      { code: 'MG1711', exitCode: 2 },
    ],
    [
      'no agent with a key',
      () => ({
        agents: [
          { id: 'a', backend: { type: 'chatcompletion', model: 'm', base_url: 'https://api.openai.com/v1' } },
        ],
      }),
      { code: 'MG1630', exitCode: 3 },
    ],
    [
      'a folder of the user that is not there',
      () => ({
        agents: [{ id: 'a', backend: { type: 'script', turns: [{ steps: answer('one') }] } }],
        orchestrator: { context_paths: [{ path: join(place, 'missing'), permission: 'read' }] },
      }),
      { exitCode: 2 },
    ],
  ];

  it.each(refused)('for %s is refused before anything is made', async (_, config, error) => {
    const runtime = createRuntime({ cwd: place, environment: {} });
    await expect(runtime.startRun({ config: makeConfig(config()), question })).rejects.toMatchObject(error);
    expect(await readdir(place)).toEqual([]);
  });

  it('for a workspace that is somebody’s leaves that alone and no run directory', async () => {
    await mkdir(join(place, 'mine'));
    await writeFile(join(place, 'mine', 'thesis.txt'), 'ten years of work');
    const config = makeConfig({
      agents: [{ id: 'a', backend: { type: 'script', cwd: 'mine', turns: [{ steps: answer('one') }] } }],
    });
    await expect(createRuntime({ cwd: place }).startRun({ config, question })).rejects.toMatchObject({
      exitCode: 2,
    });
    expect(await runs()).toEqual([]);
    expect(await readFile(join(place, 'mine', 'thesis.txt'), 'utf8')).toBe('ten years of work');
  });

  it('for a display that cannot be made leaves no run directory and no open journal', async () => {
    const opened: string[] = [];
    const journalFiles: JournalFiles = {
      async open(path, how) {
        const file = await diskFiles.open(path, how);
        opened.push('open');
        return { ...file, close: () => file.close().then(() => void opened.push('closed')) };
      },
    };
    const runtime = createRuntime({ cwd: place, journalFiles });
    const failing: SinkFactory = () => Promise.reject(new Error('no terminal'));
    const starting = runtime.startRun({ config: team(pair), question, sinks: [failing] });
    await expect(starting).rejects.toThrow('no terminal');
    expect(opened).toEqual(['open', 'closed']);
    expect(await runs()).toEqual([]);
  });
});

describe('a run that was ended early', () => {
  const halfway = { writer: answer('one'), critic: hang };

  it('by a stop has its result, and can be taken up to get a better one', async () => {
    const { sink, until } = watch();
    const runtime = createRuntime({ cwd: place });
    const handle = await runtime.startRun({ config: team(halfway), question, sinks: [sink] });
    await until('answer.submitted');
    handle.stop();
    await expect(handle.finished).resolves.toMatchObject({ outcome: 'answered', limited: 'user_stop' });
    expect(JSON.parse(await readFile(handle.directory.resultFile, 'utf8'))).toMatchObject({
      winner: 'writer.1',
      limited: 'user_stop',
      answer: 'one',
    });
    const again = watch();
    const resumed = await runtime.resumeRun(handle.id, { sinks: [again.sink] });
    await again.until('turn.started');
    resumed.stop();
    await expect(resumed.finished).resolves.toMatchObject({ outcome: 'answered', limited: 'user_stop' });
    expect(again.seen[0]?.type).toBe('run.resumed');
    expect(again.seen.filter((event) => event.type === 'answer.submitted')).toEqual([]);
  });

  it('by an abort rejects with its reason, has no result, and is not taken up by two at once', async () => {
    const { sink, until } = watch();
    const runtime = createRuntime({ cwd: place });
    const handle = await runtime.startRun({ config: team(halfway), question, sinks: [sink] });
    await until('answer.submitted');
    await expect(runtime.resumeRun(handle.id)).rejects.toMatchObject({ code: 'MG1712' });
    const reason = new Error('enough');
    handle.abort(reason);
    await expect(handle.finished).rejects.toBe(reason);
    expect(existsSync(handle.directory.resultFile)).toBe(false);
    expect(await runtime.listRuns()).toMatchObject([{ id: handle.id, state: 'interrupted' }]);
    const attempts = await Promise.allSettled([runtime.resumeRun(handle.id), runtime.resumeRun(handle.id)]);
    expect(attempts.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    for (const attempt of attempts) {
      if (attempt.status === 'fulfilled') attempt.value.stop();
    }
    for (const attempt of attempts) {
      if (attempt.status === 'fulfilled') await attempt.value.finished;
      else expect(attempt.reason).toMatchObject({ code: 'MG1712' });
    }
  });

  it('by a full disk rejects, keeps what was written, and goes on from there when there is room again', async () => {
    let room = 9;
    const journalFiles: JournalFiles = {
      async open(path, how) {
        const file = await diskFiles.open(path, how);
        return {
          ...file,
          write: (bytes, offset) => {
            room -= 1;
            if (room < 0) {
              return Promise.reject(Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }));
            }
            return file.write(bytes, offset);
          },
        };
      },
    };
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    onTestFinished(() => void warned.mockRestore());
    const { seen, sink } = watch();
    const full = createRuntime({ cwd: place, journalFiles });
    const handle = await full.startRun({ config: team(pair), question, sinks: [sink] });
    await expect(handle.finished).rejects.toMatchObject({ message: expect.stringContaining('no space') });
    const lines = (await readFile(handle.directory.journal, 'utf8')).trimEnd().split('\n');
    expect(seen.filter((event) => 'seq' in event)).toHaveLength(lines.length);
    const resumed = await createRuntime({ cwd: place }).resumeRun(handle.id);
    await expect(resumed.finished).resolves.toMatchObject({ outcome: 'answered' });
  });
});

describe('taking up a run', () => {
  it('is refused when it has its full result', async () => {
    const runtime = createRuntime({ cwd: place });
    const handle = await runtime.startRun({ config: team(pair), question });
    await handle.finished;
    await expect(runtime.resumeRun(handle.id)).rejects.toMatchObject({ code: 'MG1710', exitCode: 2 });
    await expect(runtime.resumeRun(handle.id)).rejects.toMatchObject({ code: 'MG1710' });
    expect(await runtime.listRuns()).toMatchObject([
      { id: handle.id, state: 'finished', outcome: 'answered' },
    ]);
  });

  it('is refused when there is no such run', async () => {
    const runtime = createRuntime({ cwd: place });
    await expect(runtime.resumeRun('log_20260101_000000_abcd')).rejects.toMatchObject({ exitCode: 2 });
    expect(await runtime.listRuns()).toEqual([]);
  });
});
