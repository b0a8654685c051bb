/**
 * Teams on the APIs of their vendors solve the task of the demo over loopback: one team a backend, and one in which all
 * of them work together. No key ends up in a file or an event, and each server gets its own key only.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { RunEvent } from '../../src/events/run-event.ts';
import { configFromValue, createRuntime } from '../../src/runtime/index.ts';
import { nothingRunsIn } from '../fixtures/runs-on-disk.ts';
import { makeSmallFolder } from '../fixtures/small-folder.ts';
import { startVendor, vendorKey, type Vendor } from '../fixtures/vendor-servers.ts';

const models = {
  openai: 'gpt-5-mini',
  claude: 'claude-sonnet-4-5',
  gemini: 'gemini-2.5-flash',
  chatcompletion: 'tiny',
} as const;
/** Plays a team to its end and gives what it told; the last agent joins the findings of all. */
async function play(team: readonly (readonly [role: string, backend: Vendor])[]) {
  const place = await realpath(await mkdtemp(join(tmpdir(), 'massgen-vendors-')));
  onTestFinished(() => rm(place, { recursive: true, force: true }));
  const folder = await makeSmallFolder(place);
  const used = [...new Set(team.map(([, backend]) => backend))];
  const servers = new Map(await Promise.all(used.map(async (one) => [one, await startVendor(one)] as const)));
  onTestFinished(async () => void (await Promise.all([...servers.values()].map((one) => one.close()))));
  const { config, diagnostics } = configFromValue({
    agents: team.map(([id, backend]) => ({
      id,
      system_message: `You are the ${id}.`,
      backend: {
        type: backend,
        model: models[backend],
        base_url: servers.get(backend)?.baseUrl,
        api_key: `\${KEY_${backend.toUpperCase()}}`,
        cwd: `ws/${id}`,
      },
    })),
    orchestrator: { context_paths: [{ path: folder, permission: 'read' }] },
  });
  if (config === undefined) throw new Error(diagnostics.map(({ message }) => message).join('; '));
  const keys = Object.fromEntries(used.map((one) => [`KEY_${one.toUpperCase()}`, vendorKey(one)]));
  const environment = { PATH: process.env['PATH'], HOME: place, ...keys };
  const seen: RunEvent[] = [];
  const handle = await createRuntime({ cwd: place, environment, random: () => 0 }).startRun({
    config,
    question: 'Report on the folder.',
    debug: true,
    sinks: [() => ({ event: (event) => void seen.push(event), close: () => Promise.resolve() })],
  });
  const state = await handle.finished;
  await nothingRunsIn(place);
  return { place, seen, state, handle, servers };
}

const vendors: readonly Vendor[] = ['openai', 'claude', 'gemini'];
const roles = ['surveyor', 'reader', 'editor'];

test.each([
  ...vendors.map(
    (backend) => [`a team on ${backend}`, roles.map((role) => [role, backend] as const)] as const,
  ),
  [
    'a team of all of them',
    [
      ['surveyor', 'openai'],
      ['reader', 'claude'],
      ['checker', 'chatcompletion'],
      ['editor', 'gemini'],
    ] as const,
  ] as const,
])('%s solves the task, and no key is left anywhere', async (_, team) => {
  const { place, seen, state, handle, servers } = await play(team);
  expect(seen.filter(({ type }) => type === 'turn.failed' || type === 'attempt.rejected')).toEqual([]);
  expect(state).toMatchObject({ outcome: 'answered', living: team.length });
  for (const server of servers.values()) expect(server.requests()).toBeGreaterThan(0);
  const final = handle.directory.final('editor');
  const report = await readFile(join(final, 'workspace', 'report.md'), 'utf8');
  for (const [role] of team) expect(report).toContain(`The ${role} found:`);
  expect(existsSync(join(final, 'answer.txt'))).toBe(true);

  const logs = join(place, 'massgen_logs');
  const entries = await readdir(logs, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((one) => one.isFile())) {
    const text = await readFile(join(entry.parentPath, entry.name));
    expect([entry.name, text.includes('canary-')]).toEqual([entry.name, false]);
  }
  expect(seen.filter((event) => JSON.stringify(event).includes('canary-'))).toEqual([]);
});

test('a team without any key is told all of them at once', async () => {
  const place = await realpath(await mkdtemp(join(tmpdir(), 'massgen-vendors-')));
  onTestFinished(() => rm(place, { recursive: true, force: true }));
  const { config } = configFromValue({
    agents: vendors.map((type) => ({ id: `the-${type}`, backend: { type } })),
  });
  if (config === undefined) throw new Error('the config is valid');
  const runtime = createRuntime({ cwd: place, environment: { HOME: place } });
  const refused: unknown = await runtime.startRun({ config, question: 'q' }).catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: 'MG1630', exitCode: 3 });
  for (const text of [
    'the-openai',
    'OPENAI_API_KEY',
    'the-claude',
    'ANTHROPIC_API_KEY',
    'the-gemini',
    'GOOGLE_API_KEY',
  ])
    expect(String(refused)).toContain(text);
});

test.each(vendors)('a team on %s without a key is refused before anything is made', async (type) => {
  const place = await realpath(await mkdtemp(join(tmpdir(), 'massgen-vendors-')));
  onTestFinished(() => rm(place, { recursive: true, force: true }));
  const { config } = configFromValue({ agents: [{ id: 'one', backend: { type } }] });
  if (config === undefined) throw new Error('the config is valid');
  const runtime = createRuntime({ cwd: place, environment: { HOME: place, OTHER_API_KEY: 'x' } });
  await expect(runtime.startRun({ config, question: 'q' })).rejects.toMatchObject({
    code: 'MG1630',
    exitCode: 3,
  });
  expect(existsSync(join(place, 'massgen_logs'))).toBe(false);
});
