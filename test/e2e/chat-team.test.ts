/**
 * Three agents on a chat model solve the task of the demo over loopback: real filesystem servers, real workspaces, the
 * real wire protocol, and a model whose every word comes from what it was sent.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { RunEvent } from '../../src/events/run-event.ts';
import type { ProtocolState } from '../../src/protocol/protocol-state.ts';
import {
  configFromValue,
  createRuntime,
  type RunHandle,
  type RuntimeOptions,
} from '../../src/runtime/index.ts';
import type { ChatRequestBody, ChatScript, ChatStep } from '../../src/testing/index.ts';
import { startFakeChatServer, type FakeChatServer } from '../../src/testing/index.ts';
import { asSteps, startAimock, startOurs, type ChatServer } from '../fixtures/chat-servers.ts';
import { reportModel } from '../fixtures/report-model.ts';
import { nothingRunsIn } from '../fixtures/runs-on-disk.ts';
import { makeSmallFolder } from '../fixtures/small-folder.ts';

const canary = 'canary-4be1c7d09f2a65e8';
const roles = ['surveyor', 'reader', 'editor'];

interface Team {
  readonly place: string;
  readonly folder: string;
  readonly seen: readonly RunEvent[];
  start(): Promise<RunHandle>;
  /** Resolves as soon as what was seen is so. */
  until(condition: (seen: readonly RunEvent[]) => boolean): Promise<void>;
}

interface TeamOptions {
  readonly baseUrl: string;
  /** Further keys of one agent's backend. */
  readonly backends?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly runtime?: RuntimeOptions;
}

/** A team in a place of its own that is removed afterwards, with a folder to report on. */
async function makeTeam(
  { baseUrl, backends = {}, runtime: options = {} }: TeamOptions,
  afterwards: (remove: () => Promise<void>) => void = onTestFinished,
): Promise<Team> {
  const place = await realpath(await mkdtemp(join(tmpdir(), 'massgen-chat-')));
  afterwards(() => rm(place, { recursive: true, force: true }));
  const folder = await makeSmallFolder(place);
  // The key is also in a file that the agents read.
  await writeFile(join(folder, 'README.md'), `# A small folder\n\nIts key is ${canary}, keep it safe.\n`);
  const { config, diagnostics } = configFromValue({
    agents: roles.map((id) => ({
      id,
      system_message: `You are the ${id}.`,
      backend: {
        type: 'chatcompletion',
        model: 'o3-mini',
        base_url: baseUrl,
        api_key: '${TEAM_KEY}',
        cwd: `ws/${id}`,
        ...backends[id],
      },
    })),
    orchestrator: { context_paths: [{ path: folder, permission: 'read' }] },
  });
  if (config === undefined) throw new Error(diagnostics.map(({ message }) => message).join('; '));
  const environment = { PATH: process.env['PATH'], HOME: place, TEAM_KEY: canary };
  const runtime = createRuntime({ cwd: place, environment, random: () => 0, ...options });
  const seen: RunEvent[] = [];
  const waiting = new Map<() => boolean, () => void>();
  const event = (one: RunEvent): void => {
    seen.push(one);
    for (const [holds, resolve] of waiting) if (holds()) resolve();
  };
  return {
    place,
    folder,
    seen,
    start: () =>
      runtime.startRun({
        config,
        question: 'Report on the folder.',
        isolateWorkspaces: true,
        debug: true,
        sinks: [() => ({ event, close: () => Promise.resolve() })],
      }),
    until: (condition) => new Promise((resolve) => void waiting.set(() => condition(seen), resolve)),
  };
}

/** What the team would do, but for the agents that `instead` answers for. */
async function startOddServer(
  instead: (role: string, body: ChatRequestBody, n: number) => readonly ChatStep[] | undefined,
): Promise<FakeChatServer> {
  const counts = new Map<string, number>();
  const script: ChatScript = (body) => {
    const role = /You are the (\w+)\./u.exec(body.messages[0]?.content ?? '')?.[1] ?? '';
    const n = (counts.get(role) ?? 0) + 1;
    counts.set(role, n);
    return instead(role, body, n) ?? asSteps(reportModel(body));
  };
  const server = await startFakeChatServer({ script });
  onTestFinished(() => server.close());
  return server;
}

function only<T extends RunEvent['type']>(
  seen: readonly RunEvent[],
  type: T,
): readonly Extract<RunEvent, { type: T }>[] {
  return seen.filter((event): event is Extract<RunEvent, { type: T }> => event.type === type);
}

/** Names of files below `place` that hold `text`, whatever they are. */
async function filesWith(text: string, place: string): Promise<readonly string[]> {
  const entries = await readdir(place, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name);
    if ((await readFile(path)).includes(text)) found.push(path);
  }
  return found;
}

/** Every file a run has written, and every event it told of, is free of the key. */
async function checkNoKey(team: Team): Promise<void> {
  expect(await filesWith(canary, join(team.place, 'massgen_logs'))).toEqual([]);
  expect(team.seen.filter((event) => JSON.stringify(event).includes(canary))).toEqual([]);
}

describe.each([
  ['the fake of this project', startOurs],
  ['a fake of others', startAimock],
])('a team of three agents on %s', (_, startServer) => {
  const removals: (() => Promise<void>)[] = [];
  let server: ChatServer;
  let team: Team;
  let handle: RunHandle;
  let state: ProtocolState;

  beforeAll(async () => {
    server = await startServer(canary);
    team = await makeTeam({ baseUrl: server.baseUrl }, (remove) => removals.push(remove));
    handle = await team.start();
    state = await handle.finished;
  });
  afterAll(async () => {
    await server.close();
    for (const remove of removals) await remove();
  });

  test('solves the task: the editor joins the findings of all, and everybody votes for that', () => {
    expect(state.outcome).toBe('answered');
    const [winner] = only(team.seen, 'winner.selected');
    expect(winner).toMatchObject({ agent: 'editor', rule: 'most_votes' });
    expect(winner?.votes.map((vote) => [vote.agent, vote.for])).toEqual(
      roles.map((role) => [role, winner?.answer]),
    );
    expect(only(team.seen, 'answer.submitted').map(({ agent }) => agent)).toEqual(
      expect.arrayContaining(roles),
    );
    expect(only(team.seen, 'turn.failed')).toEqual([]);
    expect(only(team.seen, 'attempt.rejected')).toEqual([]);
  });

  test('presents what the folder holds, and leaves the files in the final workspace', async () => {
    const final = handle.directory.final('editor');
    const report = await readFile(join(final, 'workspace', 'report.md'), 'utf8');
    for (const text of [await readFile(join(final, 'answer.txt'), 'utf8'), report]) {
      expect(text).toContain('[FILE] notes.txt');
      expect(text).toContain(join(team.folder, 'src', 'guide.md'));
      for (const role of roles) expect(text).toContain(`The ${role} found:`);
    }
    expect(only(team.seen, 'presentation.finished')).toMatchObject([
      { agent: 'editor', source: 'presented', text: expect.stringMatching(/^The final report\.\n# Report/u) },
    ]);
  });

  test('has a view for each answer with its files, and the text of each names files that are in it', async () => {
    const aliases = new Map(only(team.seen, 'run.started')[0]?.agents.map(({ id, alias }) => [id, alias]));
    for (const { agent, number, text } of only(team.seen, 'answer.submitted')) {
      const view = join(handle.directory.views, `${aliases.get(agent)}.${number}`);
      const file = /([\w-]+\.md)$/u.exec(text)?.[1] ?? '';
      expect(await readFile(join(view, file), 'utf8')).toContain('[FILE] notes.txt');
    }
  });

  test('calls several tools at once and sends their results back together, in the order of the calls', () => {
    const looking = server
      .bodies()
      .filter(({ messages }) => messages.length === 6 && messages[2]?.content === 'Let me look around.');
    expect(looking).toHaveLength(roles.length);
    for (const { messages } of looking) {
      const [asked, ...results] = messages.slice(-4);
      expect(results.map(({ tool_call_id: id }) => id)).toEqual(asked?.tool_calls?.map(({ id }) => id));
      expect(results.map(({ content }) => content)).toEqual([
        expect.stringContaining('[FILE] README.md'),
        expect.stringContaining(join('src', 'guide.md')),
        expect.stringContaining('# A small folder'),
      ]);
    }
    // A vote may come too late for a new answer and is then asked for again; nothing else may go wrong.
    const wrong = only(team.seen, 'tool.call.finished').filter(({ outcome }) => outcome !== 'ok');
    expect(wrong.filter(({ tool }) => tool !== 'vote')).toEqual([]);
  });

  test('streams reasoning and text while they come', () => {
    for (const type of ['reasoning.delta', 'text.delta'] as const) {
      for (const role of roles) {
        expect(only(team.seen, type).filter(({ agent }) => agent === role).length).toBeGreaterThan(1);
      }
    }
    expect(
      only(team.seen, 'reasoning.delta')
        .filter(({ agent, turn }) => agent === 'reader' && turn === 1)
        .map(({ text }) => text)
        .join(''),
    ).toMatch(/^I have read \d+ signs so far\. /u);
  });

  test('journals each model call with its parts and its usage', () => {
    const started = only(team.seen, 'model.call.started');
    const finished = only(team.seen, 'model.call.finished');
    expect(started.length).toBe(server.bodies().length);
    expect(finished.map(({ call }) => call).toSorted()).toEqual(started.map(({ call }) => call).toSorted());
    for (const { outcome, usage, parts } of finished) {
      expect(outcome).toBe('ok');
      expect(usage).toMatchObject({ inputTokens: 11, outputTokens: 7 });
      expect(parts.map(({ type }) => type)).toEqual(expect.arrayContaining(['reasoning', 'text']));
    }
  });

  test('never shows an agent the id of another, nor a path that has it', () => {
    for (const { messages } of server.bodies()) {
      const own = /You are the (\w+)\./u.exec(messages[0]?.content ?? '')?.[1];
      // What they write about themselves in their files and answers is theirs to say.
      const told = messages
        .filter(({ role }) => role === 'system' || role === 'user')
        .map(({ content }) => content?.replaceAll(/The \w+ counts|\w+\.md/gu, '') ?? '');
      for (const id of roles.filter((role) => role !== own)) {
        for (const text of told) expect(text).not.toContain(id);
      }
    }
  });

  test('writes the key nowhere, though each request has it and it is in a file they read', async () => {
    expect(await readFile(join(team.folder, 'README.md'), 'utf8')).toContain(canary);
    await checkNoKey(team);
    expect(await filesWith('Its key is', handle.directory.path)).not.toEqual([]);
  });

  test('leaves no process behind', async () => {
    await expect(nothingRunsIn(team.place)).resolves.toBeUndefined();
  });
});

test('another folder gives another report', async () => {
  const server = await startOurs(canary);
  onTestFinished(() => server.close());
  const team = await makeTeam({ baseUrl: server.baseUrl });
  await writeFile(join(team.folder, 'heron.md'), 'A bird.\n');
  const handle = await team.start();
  await handle.finished;
  expect(await readFile(join(handle.directory.final('editor'), 'answer.txt'), 'utf8')).toContain('heron.md');
});

describe('keys', () => {
  test('an agent without one is retired with the reason, and the others go on', async () => {
    const server = await startOddServer(() => undefined);
    const team = await makeTeam({
      baseUrl: server.baseUrl,
      backends: { reader: { base_url: 'https://api.openai.com/v1', api_key: undefined } },
    });
    const state = await (await team.start()).finished;
    expect(state).toMatchObject({ outcome: 'answered', living: 2 });
    expect(only(team.seen, 'agent.retired')).toMatchObject([
      {
        agent: 'reader',
        failures: 1,
        error: { code: 'MG1630', message: expect.stringContaining('OPENAI_API_KEY') },
      },
    ]);
    expect(only(team.seen, 'winner.selected')).toMatchObject([{ agent: 'editor' }]);
  });

  test('a team without any is refused before anything is made', async () => {
    const without = { base_url: 'https://api.openai.com/v1', api_key: undefined };
    const team = await makeTeam({
      baseUrl: 'http://127.0.0.1:9/v1',
      backends: Object.fromEntries(roles.map((role) => [role, without])),
    });
    await expect(team.start()).rejects.toMatchObject({ code: 'MG1630', exitCode: 3 });
    expect(existsSync(join(team.place, 'massgen_logs'))).toBe(false);
    expect(existsSync(join(team.place, 'ws'))).toBe(false);
  });

  test('one that the provider refuses is tried once, and the provider may repeat it in its message', async () => {
    const server = await startOddServer((role) =>
      role === 'reader'
        ? [
            {
              type: 'answer',
              status: 401,
              body: { error: { message: `Incorrect API key provided: ${canary}.` } },
            },
          ]
        : undefined,
    );
    const team = await makeTeam({ baseUrl: server.baseUrl });
    const state = await (await team.start()).finished;
    expect(state).toMatchObject({ outcome: 'answered', living: 2 });
    expect(only(team.seen, 'agent.retired')).toMatchObject([{ agent: 'reader', error: { code: 'MG1601' } }]);
    expect(only(team.seen, 'model.call.started').filter(({ agent }) => agent === 'reader')).toHaveLength(1);
    await checkNoKey(team);
  });
});

describe('a server in trouble', () => {
  const ofReader = (team: Team) =>
    only(team.seen, 'model.call.finished').filter(({ agent }) => agent === 'reader');

  test('is asked again after the pause it asks for', async () => {
    const server = await startOddServer((role, _body, n) =>
      role === 'reader' && n === 1
        ? [
            {
              type: 'answer',
              status: 429,
              headers: { 'retry-after-ms': '40' },
              body: { error: { message: 'Slow.' } },
            },
          ]
        : undefined,
    );
    const team = await makeTeam({ baseUrl: server.baseUrl });
    await expect((await team.start()).finished).resolves.toMatchObject({ outcome: 'answered', living: 3 });
    const [limited, ...rest] = ofReader(team);
    expect(limited).toMatchObject({ outcome: 'failed', error: { code: 'MG1603' }, retryInMs: 40 });
    expect(rest.every(({ outcome }) => outcome === 'ok')).toBe(true);
    expect(only(team.seen, 'turn.failed')).toEqual([]);
  });

  test('that cuts a reply off is asked once more, and what came of it is void', async () => {
    const server = await startOddServer((role, _body, n) =>
      role === 'reader' && n === 1 ? [{ type: 'text', text: 'Let me lo' }, { type: 'cut' }] : undefined,
    );
    const team = await makeTeam({ baseUrl: server.baseUrl });
    await expect((await team.start()).finished).resolves.toMatchObject({ outcome: 'answered', living: 3 });
    expect(ofReader(team).slice(0, 2)).toMatchObject([
      { outcome: 'failed', parts: [{ type: 'text', text: 'Let me lo' }], error: { code: 'MG1606' } },
      { outcome: 'ok', finish: 'tool_calls' },
    ]);
    expect(only(team.seen, 'turn.failed')).toEqual([]);
  });
});

describe('an end before the end', () => {
  test('a stop ends with the best answer there is, and no request stays open', async () => {
    const server = await startOddServer((role) => (role === 'reader' ? [{ type: 'hang' }] : undefined));
    const team = await makeTeam({ baseUrl: server.baseUrl });
    const handle = await team.start();
    await team.until((seen) => only(seen, 'vote.cast').some((vote) => vote.for === 'editor.2'));
    handle.stop();
    const state = await handle.finished;
    expect(state).toMatchObject({ outcome: 'answered', limited: 'user_stop' });
    expect(await readFile(join(handle.directory.final('editor'), 'answer.txt'), 'utf8')).toContain(
      'Joint report',
    );
    expect(only(team.seen, 'presentation.finished')).toMatchObject([{ source: 'stored' }]);
    expect(new Set(await Promise.all(server.requests.map(({ ended }) => ended)))).toEqual(
      new Set(['answered', 'client_closed']),
    );
    await nothingRunsIn(team.place);
  });
  test('an abort ends every request, journals what had come, and can be told from a result', async () => {
    const server = await startOddServer(() => [{ type: 'text', text: 'Let me' }, { type: 'hang' }]);
    const team = await makeTeam({ baseUrl: server.baseUrl });
    const handle = await team.start();
    const reason = new Error('stopped by the test');
    await team.until((seen) => only(seen, 'text.delta').length === 3);
    handle.abort(reason);
    await expect(handle.finished).rejects.toBe(reason);
    const ends = await Promise.all(server.requests.map(({ ended }) => ended));
    expect(ends).toEqual(['client_closed', 'client_closed', 'client_closed']);
    expect(only(team.seen, 'model.call.finished')).toMatchObject(
      roles.map(() => ({ outcome: 'cancelled', parts: [{ type: 'text', text: 'Let me' }] })),
    );
    expect(only(team.seen, 'run.finished')).toEqual([]);
    expect(existsSync(handle.directory.resultFile)).toBe(false);
    await nothingRunsIn(team.place);
  });
});
