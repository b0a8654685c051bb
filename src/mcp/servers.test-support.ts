/** Servers of the tests: real processes, ended when the test is over, with a clock that the test moves. */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { createChildSupervisor } from '../process/child-supervisor.ts';
import type { LaunchSpec, SpawnChild } from '../process/child.ts';
import { minimalEnvironment } from '../process/minimal-environment.ts';
import { createSimulatedClock, type SimulatedClock } from '../testing/simulated-clock.ts';
import { silentMcpLog } from '../logging/mcp-log.ts';
import { connectServer, type ConnectOptions, type McpConnection } from './mcp-connection.ts';
import type { ServerSpec, StdioServerSpec } from './server-spec.ts';

const fixtures = path.resolve(import.meta.dirname, '../../test/fixtures/servers');

/** What every spec has, with times that no test reaches unless it moves the clock. */
export const commonSpec = {
  agent: 'writer',
  scope: 'shared',
  mayIdle: true,
  connectTimeoutMs: 60_000,
  callIdleMs: 60_000,
  callTotalMs: 600_000,
  allowLists: [],
  excludedTools: [],
} as const;

export function launchOf(mode: string, more: Partial<LaunchSpec> = {}): LaunchSpec {
  return {
    command: process.execPath,
    args: [path.join(fixtures, 'odd-server.mjs'), mode],
    env: minimalEnvironment(process.env),
    cwd: fixtures,
    ...more,
  };
}

export function oddServer(mode: string, more: Partial<StdioServerSpec> = {}): StdioServerSpec {
  return {
    type: 'stdio',
    name: mode,
    ...commonSpec,
    launch: launchOf(mode),
    ...more,
  };
}

export interface ServerRig {
  readonly clock: SimulatedClock;
  readonly spawn: SpawnChild;
  /** Pids of all children started, in order. */
  readonly pids: readonly number[];
  readonly connect: (spec: ServerSpec, options?: Partial<ConnectOptions>) => Promise<McpConnection>;
}

export function createServerRig(): ServerRig {
  const clock = createSimulatedClock();
  const children = createChildSupervisor({ family: randomBytes(6).toString('hex') });
  const pids: number[] = [];
  onTestFinished(() => children.killAll());
  const spawn: SpawnChild = async (spec) => {
    const child = await children.spawn(spec);
    pids.push(child.pid);
    return child;
  };
  return {
    clock,
    spawn,
    pids,
    connect: (spec, options = {}) =>
      connectServer(spec, {
        spawn,
        clock,
        program: { name: 'massgen', version: '0.0.0' },
        id: 'conn_1',
        fetch,
        log: silentMcpLog,
        signal: new AbortController().signal,
        ...options,
      }),
  };
}

/** True when the process runs; one that has ended and was not yet collected does not. */
export function isRunning(pid: number): boolean {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return false;
  try {
    return !/\) [ZX] /u.test(readFileSync(file, 'utf8'));
  } catch {
    // It went away between the two looks.
    return false;
  }
}

/** Waits until the process has gone; a killed one needs a moment. */
export async function expectGone(clock: SimulatedClock, pid: number): Promise<void> {
  await clock.until(() => !isRunning(pid));
  expect(isRunning(pid)).toBe(false);
}
