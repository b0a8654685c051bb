/** How long a server may take, from its config and from how it is started. */
import { basename } from 'node:path';
import type { McpServerConfig } from '../config/schema/mcp-server-config.ts';
import { longestCallMs } from '../tools/tool-table.ts';

export interface ServerTimes {
  readonly connectTimeoutMs: number;
  readonly callIdleMs: number;
  readonly callTotalMs: number;
}

const programStartMs = 30_000;
/** A launcher downloads the package when it is asked for it the first time. */
const launcherStartMs = 120_000;
const launchers: ReadonlySet<string> = new Set([
  'npx',
  'bunx',
  'pnpm',
  'yarn',
  'uvx',
  'uv',
  'pipx',
  'docker',
  'podman',
]);
const programCallMs = 120_000;
/** As in v0.0.15, for connecting and for a call. */
const httpMs = 30_000;

export function serverTimes(server: McpServerConfig): ServerTimes {
  const http = server.type === 'streamable-http';
  const standard = http ? (ms(server.timeout) ?? httpMs) : undefined;
  const callIdleMs = ms(server.call_timeout) ?? standard ?? programCallMs;
  return {
    connectTimeoutMs:
      ms(server.connect_timeout) ?? standard ?? startMs(server.type === 'stdio' ? server.command : ''),
    callIdleMs,
    callTotalMs: Math.max(callIdleMs, longestCallMs),
  };
}

/** For a server that no config describes. */
export function programTimes(command: string): ServerTimes {
  return { connectTimeoutMs: startMs(command), callIdleMs: programCallMs, callTotalMs: longestCallMs };
}

function startMs(command: string): number {
  const program = basename(command).replace(/\.(?:exe|cmd)$/u, '');
  return launchers.has(program) ? launcherStartMs : programStartMs;
}

function ms(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1_000;
}
