/** The way to a server: a child we start, or HTTP with limits on what comes back. */
import type * as Sdk from '@modelcontextprotocol/client';
import type { Transport } from '@modelcontextprotocol/client';
import type { Clock } from '../events/clock.ts';
import type { LoggedServer, McpLog } from '../logging/mcp-log.ts';
import type { SpawnChild } from '../process/child.ts';
import { limitedFetch } from './limited-fetch.ts';
import { maxMessageBytes } from './max-message-bytes.ts';
import { patientFetch } from './patient-fetch.ts';
import type { ServerSpec } from './server-spec.ts';
import { StdioTransport } from './stdio-transport.ts';
import { watchedAnswers } from './watched-answers.ts';

export interface TransportOptions {
  readonly spawn: SpawnChild;
  readonly clock: Clock;
  readonly fetch: typeof fetch;
  readonly log: McpLog;
}

/** A stream that ended is asked for again after what the server says, within these bounds; milliseconds. */
const reconnectMs = { least: 1_000, most: 30_000 };

/** `sdk` is handed in because it is loaded late. */
export function createTransport(
  spec: ServerSpec,
  of: LoggedServer,
  { spawn, clock, fetch, log }: TransportOptions,
  sdk: typeof Sdk,
): Transport {
  if (spec.type === 'streamable-http') {
    const patient = patientFetch(fetch, {
      clock,
      onWait: (status, waitMs) =>
        log.log(of, {
          level: 'notice',
          kind: 'lifecycle',
          text: `asked for a pause of ${Math.ceil(waitMs / 1_000)} s (HTTP ${status})`,
        }),
    });
    const limited = limitedFetch(patient, {
      maxBytes: maxMessageBytes,
      readTimeoutMs: spec.readTimeoutMs,
      clock,
    });
    return new sdk.StreamableHTTPClientTransport(new URL(spec.url), {
      requestInit: { headers: { ...spec.headers } },
      fetch: watchedAnswers(limited),
      reconnectionScheduler: (reconnect, delay) =>
        clock.after(Math.min(Math.max(delay, reconnectMs.least), reconnectMs.most), reconnect),
    });
  }
  return new StdioTransport({
    launch: spec.confined ?? spec.launch,
    spawn,
    clock,
    onNoise: (text) => log.log(of, { level: 'notice', kind: 'noise', text }),
    onStderr: (text) => log.stderr(of, text),
  });
}
