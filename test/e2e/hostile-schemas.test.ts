/**
 * An agent on a chat model with a real MCP server whose schemas are odd or hostile: the model is asked all the same,
 * the run says what it was not offered, and no check of arguments can hold anything up or be passed by.
 */
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import type { RunEvent } from '../../src/events/run-event.ts';
import { configFromValue, createRuntime } from '../../src/runtime/index.ts';
import { startModel } from '../fixtures/chat-model.ts';

const server = fileURLToPath(new URL('../fixtures/servers/odd-schemas.mjs', import.meta.url));
const calls = [
  { name: 'mcp__odd__endless', arguments: { name: `${'a'.repeat(60)}!` } },
  { name: 'mcp__odd__later', arguments: {} },
  { name: 'mcp__odd__either', arguments: { a: 1 } },
  { name: 'mcp__odd__odata', arguments: { top: 0 } },
  { name: 'mcp__odd__tuple', arguments: { at: [1, 'x'] } },
  { name: 'mcp__odd__tree', arguments: { and: [{ and: [{}] }] } },
  { name: 'mcp__odd__bare', arguments: { anything: true } },
];

test('odd and hostile schemas harm nothing but their own tools', async () => {
  const place = await realpath(await mkdtemp(join(tmpdir(), 'massgen-schemas-')));
  onTestFinished(() => rm(place, { recursive: true, force: true }));
  const model = await startModel((_, n) => {
    if (n === 1)
      return calls.map((call, index) => ({
        type: 'tool_call',
        index,
        id: `c${index}`,
        name: call.name,
        arguments: JSON.stringify(call.arguments),
      }));
    if (n > 2) return [{ type: 'text', text: 'Done.' }];
    const args = JSON.stringify({ content: 'Done.' });
    return [{ type: 'tool_call', index: 0, id: 'a', name: 'new_answer', arguments: args }];
  });
  const { config, diagnostics } = configFromValue({
    agents: [
      {
        id: 'solo',
        backend: {
          type: 'chatcompletion',
          model: 'any',
          base_url: model.baseUrl,
          api_key: 'k-0123456789',
          mcp_servers: { odd: { type: 'stdio', command: process.execPath, args: [server] } },
        },
      },
    ],
  });
  if (config === undefined) throw new Error(diagnostics.map(({ message }) => message).join('; '));
  const seen: RunEvent[] = [];
  const runtime = createRuntime({ cwd: place, environment: { PATH: process.env['PATH'], HOME: place } });
  const run = await runtime.startRun({
    config,
    question: 'Do it.',
    sinks: [() => ({ event: (event) => void seen.push(event), close: () => Promise.resolve() })],
  });
  expect(await run.finished).toMatchObject({ outcome: 'answered' });

  // A strict provider took every request, with what it could take of the server's tools.
  expect(model.requests.map(({ problem }) => problem)).toEqual(model.requests.map(() => undefined));
  const offered = model.requests[0]?.body.tools ?? [];
  expect(offered.map((tool) => tool.function.name).filter((name) => name.startsWith('mcp__odd'))).toEqual(
    calls.map(({ name }) => name),
  );
  for (const { function: tool } of offered) expect(tool.description).not.toMatch(/[\u{e0041}\u202e]/u);

  const warnings = seen.filter((event) => event.type === 'warning.raised' && event.code === 'MG1410');
  expect(warnings).toMatchObject([
    { agent: 'solo', message: expect.stringMatching(/mcp__odd__missing: .*#\/\$defs\/nothing/u) },
    { agent: 'solo', message: expect.stringMatching(/mcp__odd__elsewhere: .*example\.org/u) },
  ]);
  expect(warnings.some((event) => 'turn' in event)).toBe(false);

  // What was asked for is checked by what the server itself wrote.
  const ends = seen.flatMap((event) => (event.type === 'tool.call.finished' ? [event] : []));
  const endOf = (name: string) => ends.find(({ tool }) => tool === `mcp__odd__${name}`);
  expect(endOf('endless')).toMatchObject({ outcome: 'denied', error: { code: 'MG1504' } });
  expect(endOf('endless')?.error?.message).toContain('longer than 500 ms');
  expect(endOf('later')).toMatchObject({ outcome: 'denied', error: { code: 'MG1503' } });
  expect(endOf('either')).toMatchObject({ outcome: 'denied', error: { code: 'MG1503' } });
  expect(endOf('odata')?.error?.message).toContain('top must be > 0');
  expect(endOf('tuple')?.error?.message).toContain('at.1 must be number');
  expect(endOf('tree')).toMatchObject({ outcome: 'ok', content: [{ text: 'tree was called' }] });
  expect(endOf('bare')).toMatchObject({ outcome: 'ok' });
});
