import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { createMcpLogRig, newDirectory } from './mcp-logs.test-support.ts';
import { readMcpLogs } from './read-mcp-logs.ts';
import type { McpLogRecord } from './mcp-log-record.ts';

const here = (file: string): string =>
  JSON.stringify(pathToFileURL(fileURLToPath(new URL(file, import.meta.url))).href);

/** Logs calls without end and says how many it knows to be flushed, until it is killed. */
function script(directory: string, flush: string): string {
  return `
    import { createMcpLogger } from ${here('./mcp-logger.ts')};
    const clock = {
      now: () => Date.now(),
      monotonic: () => performance.now(),
      after: (ms, wake) => { const timer = setTimeout(wake, ms); return () => clearTimeout(timer); },
    };
    const logger = createMcpLogger({
      directory: ${JSON.stringify(directory)}, run: 'log_1', clock, redact: (text) => text,
      levels: { others: 'info', servers: new Map() }, digestKey: 'x',
      limits: { max_file_mb: 0.05, max_files: 100, max_run_mb: 100 },
    });
    for (let count = 1; ; count += 1) {
      logger.event({
        v: 1, seq: count, at: new Date().toISOString(), run: 'log_1', type: 'tool.call.finished', agent: 'a', turn: 1,
        call: 'call_' + count, tool: 't', outcome: 'ok', content: [{ type: 'text', text: 'word '.repeat(count % 100) }],
        latencyMs: 1, served: { server: 'files', attempts: 1, queueMs: 0, serverMs: 1, resultLength: 1 },
      });
      if (count % 100 === 0) { ${flush} }
    }
  `;
}

async function killedAt(directory: string, flush: string, enough: number): Promise<number> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script(directory, flush)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  let flushed = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    flushed = Number(line);
    if (flushed >= enough) child.kill('SIGKILL');
  }
  await ended;
  return flushed;
}

async function callsIn(directory: string, onBadLine: () => void): Promise<readonly McpLogRecord[]> {
  const records: McpLogRecord[] = [];
  for await (const record of readMcpLogs({ directory, onBadLine })) records.push(record);
  return records.filter(({ kind }) => kind === 'call');
}

test.each([
  ['at once', `logger.flushSync(); process.stdout.write(count + '\\n'); await new Promise(setImmediate);`],
  [
    'in the background',
    `await new Promise((wake) => setTimeout(wake, 210)); await new Promise(setImmediate);
    const { readFileSync, readdirSync } = await import('node:fs');
    const written = readdirSync(${'DIRECTORY'}).filter((file) => /^index/.test(file))
      .map((file) => readFileSync(${'DIRECTORY'} + '/' + file, 'utf8').split('\\n').length - 1);
    process.stdout.write(written.reduce((sum, each) => sum + each, 0) + '\\n');`,
  ],
])(
  'what was flushed %s is there after kill -9, in order; at most the last line of a file is torn',
  async (_, flush) => {
    const directory = newDirectory();
    const flushed = await killedAt(directory, flush.replaceAll('DIRECTORY', JSON.stringify(directory)), 600);
    let bad = 0;
    const calls = await callsIn(directory, () => {
      bad += 1;
    });
    expect(calls.length).toBeGreaterThanOrEqual(flushed);
    expect(calls.map(({ call }) => call)).toEqual(calls.map((_call, place) => `call_${place + 1}`));
    expect(bad).toBe(0);

    // Whoever takes the run up again writes behind it.
    const again = createMcpLogRig({ directory });
    again.call({ call: 'after the crash' });
    await again.files();
    const later = await callsIn(directory, () => {
      bad += 1;
    });
    expect(later.at(-1)).toMatchObject({ call: 'after the crash' });
    expect(later.length).toBe(calls.length + 1);
    expect(bad).toBeLessThanOrEqual(2);
  },
);
