/** The examples that come with the program: each is without a complaint, says how it is run, and does what it shows. */
import { mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { makePlace, run, start, type Place } from '../fixtures/command-line.ts';
import { journalOf, nothingRunsIn, onlyRun, type JournalEntry } from '../fixtures/runs-on-disk.ts';
import { testServer, testServersModules } from '../fixtures/test-servers.ts';
import { startVendors } from '../fixtures/vendor-servers.ts';

const examples = fileURLToPath(new URL('../../examples/', import.meta.url));
const names = (await readdir(examples))
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => file.slice(0, -5));

interface Played {
  readonly answer: string;
  readonly journal: readonly JournalEntry[];
  readonly place: Place;
  count(type: string, more?: Readonly<Record<string, unknown>>): number;
}

/** Runs an example to a good end. */
async function play(config: string, place: Place): Promise<Played> {
  const { code, stdout } = await run(['--config', config, '--output', 'json', 'Say hello'], {
    cwd: place.cwd,
  });
  expect(code).toBe(0);
  const result = JSON.parse(stdout) as { readonly outcome: string; readonly answer: string };
  expect(result.outcome).toBe('answered');
  await nothingRunsIn(place.path);
  const journal = await journalOf(await onlyRun(place.cwd));
  return {
    ...result,
    journal,
    place,
    count: (type, more = {}) =>
      journal.filter(
        (event) => event.type === type && Object.entries(more).every(([key, value]) => event[key] === value),
      ).length,
  };
}

/** For what is only checked; no request is made with them. */
const vendorKeys = {
  OPENAI_API_KEY: 'k1',
  ANTHROPIC_API_KEY: 'k2',
  GEMINI_API_KEY: 'k3',
  OPENROUTER_API_KEY: 'k4',
};

/** Everybody answered, without a failure, and the editor joined it. */
function vendorTeam({ answer, count }: Played): void {
  expect(answer).toContain('The final report.');
  expect(count('winner.selected', { agent: 'editor' })).toBe(1);
  expect(count('turn.failed')).toBe(0);
}

/** What each is to show. */
const played: Readonly<Record<string, (played: Played) => void | Promise<void>>> = {
  'one-server'({ answer }) {
    expect(answer).toBe('19 + 23 = 42');
  },
  'several-servers'({ answer, count, journal }) {
    expect(answer).toMatch(/^It is \d{4}-.*; see time\.txt\.$/u);
    // One process for both agents, and files for each.
    expect(count('server.starting', { server: 'clock' })).toBe(1);
    expect(count('server.ready', { server: 'filesystem' })).toBe(2);
    const [failed] = journal.filter(({ type }) => type === 'server.failed');
    expect(failed).toMatchObject({ server: 'broken', error: { code: 'MG1401' } });
  },
  'http-server'({ answer, count }) {
    expect(answer).toBe('Echo: Say hello');
    expect(count('server.ready', { server: 'remote' })).toBe(1);
  },
  'tool-filters'({ answer }) {
    expect(answer.trim().split('\n')).toEqual([
      'Echo: allowed',
      'There is no tool of that name: mcp__one__add_numbers',
      'Echo: not excluded',
      'There is no tool of that name: mcp__two__add_numbers',
    ]);
  },
  async 'share-files'({ answer, count, place: { cwd } }) {
    expect(answer.trim().split('\n')).toEqual([
      'A page with text and style.',
      'Before: - style/page.css',
      'Refused: Something else is where this is to go: "page.html"',
      'Still different: ~ page.html',
    ]);
    expect(count('tool.call.finished', { tool: 'workspace_undo', outcome: 'ok' })).toBe(1);
    const files = join(await onlyRun(cwd), 'final/author/workspace');
    expect((await readdir(files)).toSorted()).toEqual(['page.html', 'style']);
    expect(await readFile(join(files, 'style/page.css'), 'utf8')).toBe('h1 { color: teal }\n');
  },
  async 'debug-logging'({ place: { cwd } }) {
    const logs = async (...args: readonly string[]): Promise<readonly string[]> => {
      const { code, stdout } = await run(['mcp', 'logs', 'last', ...args, '--output', 'json'], { cwd });
      expect(code).toBe(0);
      return stdout.trim() === '' ? [] : stdout.trim().split('\n');
    };
    expect((await logs('--server', 'watched', '--kind', 'discovery')).length).toBeGreaterThan(0);
    expect((await logs('--server', 'watched', '--kind', 'wire')).length).toBeGreaterThan(0);
    expect(await logs('--server', 'quiet', '--kind', 'discovery')).toEqual([]);
    const mcp = await readdir(join(await onlyRun(cwd), 'mcp'));
    expect(mcp).toContain('watched.wire.jsonl');
    expect(mcp).not.toContain('quiet.jsonl');
  },
  'other-filesystem-server'({ answer, journal }) {
    expect(answer).toContain('[FILE] notes.md');
    const [ready] = journal.filter(({ type, server }) => type === 'server.ready' && server === 'filesystem');
    expect(ready).toMatchObject({ version: expect.stringContaining('1.2.29') });
  },
  async 'writable-context'({ answer, place: { cwd } }) {
    expect(answer).toContain(
      `I added ${join(cwd, 'docs/greeting.md')}. This path may be read but not changed`,
    );
    expect(await readFile(join(cwd, 'docs/greeting.md'), 'utf8')).toBe('# Say hello\n');
    expect(await readdir(join(cwd, 'docs'))).toEqual(['greeting.md']);
  },
  async 'tool-latency'({ count, place: { cwd } }) {
    expect(count('tool.call.finished', { outcome: 'ok' })).toBe(201);
    const { stdout } = await run(['mcp', 'stats', 'last'], { cwd });
    for (const server of ['filesystem', 'first', 'second']) expect(stdout).toContain(`${server}: `);
    expect(stdout).toMatch(/^add_numbers +50 /mu);
  },
  'openai-team': vendorTeam,
  'claude-team': vendorTeam,
  'gemini-team': vendorTeam,
  'mixed-team': vendorTeam,
  'many-agents'({ count }) {
    expect(count('server.starting')).toBe(2);
    expect(
      count('tool.call.finished', { tool: 'mcp__alpha__mcp_echo', outcome: 'ok' }),
    ).toBeGreaterThanOrEqual(80);
    expect(count('tool.call.finished', { outcome: 'failed' })).toBe(0);
  },
};

/** What one needs beside the program. */
async function prepare(name: string, place: Place): Promise<{ config: string; close: () => Promise<void> }> {
  const config = `@examples/${name}`;
  const close = (): Promise<void> => Promise.resolve();
  if (name === 'writable-context') await mkdir(join(place.cwd, 'docs'));
  if (name === 'other-filesystem-server') {
    // npx takes what is installed above the folder it works in, so this needs no network.
    await symlink(testServersModules, join(place.path, 'node_modules'));
    const dependencies = { '@agent-infra/mcp-server-filesystem': '1.2.29' };
    await writeFile(join(place.path, 'package.json'), JSON.stringify({ dependencies }));
  }
  if (name.endsWith('-team')) {
    const text = await readFile(join(examples, `${name}.yaml`), 'utf8');
    const servers = await startVendors();
    await writeFile(join(place.cwd, 'team.yaml'), servers.put(text));
    return { config: 'team.yaml', close: () => servers.close() };
  }
  if (name !== 'http-server') return { config, close };
  const { path, cwd } = await makePlace();
  const server = start(['mcp', 'test-server', '--port', '0'], { cwd });
  await server.seen('until Ctrl-C');
  const [url = ''] = /http:\S+(?=,)/u.exec(server.printed) ?? [];
  const text = await readFile(join(examples, 'http-server.yaml'), 'utf8');
  await writeFile(join(place.cwd, 'http.yaml'), text.replace('http://127.0.0.1:8931/mcp', url));
  return {
    config: 'http.yaml',
    async close() {
      server.kill('SIGINT');
      expect((await server.ended).code).toBe(0);
      await nothingRunsIn(path);
    },
  };
}

test('each is played below, stands in the list, and says what it shows and how it is run', async () => {
  expect(Object.keys(played).toSorted()).toEqual(names.toSorted());
  const list = await readFile(join(examples, 'README.md'), 'utf8');
  for (const name of names) {
    expect(list).toContain(`[${name}.yaml](${name}.yaml)`);
    const text = await readFile(join(examples, `${name}.yaml`), 'utf8');
    expect(text).toMatch(/^# [A-Z]/u);
    expect(text).toContain(`\n# Run:  massgen --config @examples/${name} "`);
  }
});

test('a name that is no example is answered with those that are', async () => {
  const { cwd } = await makePlace();
  for (const args of [
    ['--config', '@examples/nothing', 'q'],
    ['--config', '@examples/../package', 'q'],
    ['mcp', 'test', '@examples/nothing'],
    ['config', 'check', '@examples/nothing'],
  ]) {
    const { code, stdout, stderr } = await run(args, { cwd });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('error MG1010: There is no example of that name: ');
    for (const name of names) expect(stderr).toContain(`@examples/${name}`);
  }
});

describe.each(names)('%s', (name) => {
  test('has nothing to complain of', async () => {
    const { cwd } = await makePlace();
    const ended = await run(['config', 'check', '--strict', '--env', `@examples/${name}`], {
      cwd,
      env: vendorKeys,
    });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
  });

  test('does what it shows', async ({ skip }) => {
    if (name === 'other-filesystem-server') {
      const { missing } = testServer('@agent-infra/mcp-server-filesystem');
      skip(missing !== undefined, missing);
    }
    const place = await makePlace();
    const { config, close } = await prepare(name, place);
    const seen = await play(config, place);
    expect(seen.answer).not.toBe('');
    await played[name]?.(seen);
    await close();
  });
});

describe('the test server over HTTP', () => {
  test('serves no web page: what says where it comes from, or calls it by another name, is refused', async () => {
    const { cwd } = await makePlace();
    const server = start(['mcp', 'test-server', '--port', '0'], { cwd });
    await server.seen('until Ctrl-C');
    const [url = ''] = /http:\S+(?=,)/u.exec(server.printed) ?? [];
    const ask = async (address: string, headers: Readonly<Record<string, string>>): Promise<number> =>
      (await fetch(address, { method: 'POST', headers, body: '{}' })).status;
    expect(await ask(url, { origin: 'http://evil.example' })).toBe(403);
    expect(await ask(url.replace('/mcp', '/other'), {})).toBe(404);
    expect(await statusWithHost(url, 'evil.example')).toBe(403);
    server.kill('SIGTERM');
    expect((await server.ended).code).toBe(0);
  });

  test('a port that is taken is told', async () => {
    const { cwd } = await makePlace();
    const server = start(['mcp', 'test-server', '--port', '0'], { cwd });
    await server.seen('until Ctrl-C');
    const [, port = ''] = /:(\d+)\//u.exec(server.printed) ?? [];
    const { code, stderr } = await run(['mcp', 'test-server', '--port', port], { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain('error MG1009: The port cannot be used');
    server.kill('SIGINT');
    await server.ended;
  });
});

/** `fetch` does not let a program choose this header. */
function statusWithHost(url: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method: 'POST', headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.once('error', reject).end('{}');
  });
}
