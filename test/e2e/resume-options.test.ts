/** A run that ran out of time is given more when it is taken up again. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { configFromValue } from '../../src/config/parse-config.ts';
import { createRuntime } from '../../src/runtime/create-runtime.ts';

let cwd: string;

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'massgen-more-time-'));
});

afterEach(async () => {
  await rm(cwd, { recursive: true, force: true });
});

test('the time given at resume counts instead of the one in the config', async () => {
  const steps = [{ sleep_ms: 400 }, { new_answer: { content: 'late' } }];
  const { config } = configFromValue({
    agent: { id: 'system_status', backend: { type: 'script', turns: [{ steps }] } },
    timeout_settings: { orchestrator_timeout_seconds: 0.05 },
  });
  if (config === undefined) throw new Error('the config is not valid');
  const runtime = createRuntime({ cwd });

  const first = await runtime.startRun({ config, question: 'q' });
  expect(await first.finished).toMatchObject({ outcome: 'no_answer', limited: 'orchestrator_timeout' });
  const second = await runtime.resumeRun(first.id, { orchestratorTimeoutSeconds: 60 });
  expect(await second.finished).toMatchObject({ outcome: 'answered' });

  // The id would share a file with the status of the whole run.
  const own = await readFile(join(first.directory.agentOutputs, 'agent_system_status.txt'), 'utf8');
  const status = await readFile(join(first.directory.agentOutputs, 'system_status.txt'), 'utf8');
  expect(own).toContain('answers as system_status.1');
  expect(status).toContain('system_status: answers as system_status.1');
});
