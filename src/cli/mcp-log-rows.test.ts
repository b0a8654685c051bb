import { describe, expect, test } from 'vitest';
import type { McpLogRecord } from '../logging/mcp-log-record.ts';
import { createMcpLogRows } from './mcp-log-rows.ts';

const base = { v: 1, ts: '2026-01-01T12:00:00.000Z', seq: 1, run: 'log_1', server: 'files' } as const;
const call: McpLogRecord = {
  ...base,
  level: 'info',
  kind: 'call',
  agent: 'writer',
  tool: 'mcp__files__read',
  tool_raw: 'read',
  outcome: 'ok',
  latency_ms: 3,
  paths: ['/ws/a.md'],
  preview: 'text',
};
const lifecycle: McpLogRecord = {
  ...base,
  level: 'error',
  kind: 'lifecycle',
  text: 'not usable',
  error: 'why',
};

function rows(
  records: readonly McpLogRecord[],
  columns?: number,
  immediately = false,
  color = false,
): string {
  let text = '';
  const output = {
    write: (piece: string) => void (text += piece),
    color,
    interactive: columns !== undefined,
    columns: () => columns,
  };
  const all = createMcpLogRows(output, immediately);
  for (const record of records) all.add(record);
  all.end();
  return text.replaceAll(/\d\d:\d\d:\d\d\.\d{3}/gu, 'HH:MM:SS.mmm');
}

test('rows stand in columns as wide as what is in them', () => {
  expect(rows([call, lifecycle])).toBe(
    [
      'HH:MM:SS.mmm  files  writer  ok         3 ms  read  /ws/a.md · → text',
      'HH:MM:SS.mmm  files          lifecycle              error · not usable · why',
      '',
    ].join('\n'),
  );
});

test('a row is no wider than the terminal; the detail moves below where there is little room', () => {
  const long = { ...call, paths: ['/ws/'.repeat(50)] };
  for (let columns = 30; columns < 160; columns += 7) {
    const lines = rows([long, lifecycle, call], columns).split('\n');
    expect(lines.filter((line) => line.length > columns)).toEqual([]);
    expect(lines.join('\n')).toContain('ok');
    expect(lines.join('\n')).toContain('not usable');
  }
});

test('rows of a log that is still written come at once', () => {
  let text = '';
  const output = {
    write: (piece: string) => void (text += piece),
    color: false,
    interactive: false,
    columns: () => 80,
  };
  createMcpLogRows(output, true).add(call);
  expect(text).toContain('read');
});

test('after many rows nothing is held back', () => {
  expect(rows(Array.from({ length: 2_000 }, () => call)).split('\n')).toHaveLength(2_001);
});

describe('what a row tells', () => {
  test.each([
    [{ ...call, queue_ms: 2_310, server_ms: 95, latency_ms: 2_405 }, 'waited 2310 ms, 95 ms at the server'],
    [{ ...call, attempts: 2 }, '2 attempts'],
    [{ ...call, outcome: 'failed', error_code: 'MG1405', error: 'lost' }, 'failed'],
    [{ ...call, outcome: 'failed', error_code: 'MG1405', error: 'lost' }, 'MG1405 lost'],
    [{ ...call, paths: undefined, args: { q: 'x' } }, '{"q":"x"}'],
    [{ ...call, latency_ms: 61_234 }, '61.2 s'],
    [
      { ...base, level: 'info', kind: 'change', snapshot: 'sha256:1', calls: ['c1'] },
      'sha256:1 holds the files of c1',
    ],
    [
      {
        ...base,
        level: 'info',
        kind: 'change',
        changed: { added: ['a'], modified: ['b'], deleted: ['c'], cut: true },
      },
      'changed',
    ],
    [
      {
        ...base,
        level: 'info',
        kind: 'change',
        changed: { added: ['a'], modified: ['b'], deleted: ['c'], cut: true },
      },
      '+a ~b -c …',
    ],
    [
      { ...base, level: 'debug', kind: 'wire', dir: 'out', method: 'x', rpc_id: 1, message: {} },
      '→ x 1 · {}',
    ],
    [{ ...base, level: 'info', kind: 'call', redaction_failed: true }, 'could not be masked'],
  ] as const)('%#', (record, expected) => {
    expect(rows([record as McpLogRecord])).toContain(expected);
  });

  test('nothing that a terminal would act on', () => {
    const text = rows([{ ...call, server: '\u001B[2Jx', preview: '\u202Ehidden\u0007', error: 'a\nb' }]);
    expect(text).not.toMatch(/[\u001B\u202E\u0007]/u);
    expect(text.trimEnd()).not.toContain('\n');
  });

  test('colours only where they are wanted', () => {
    expect(rows([call], 100, false, true)).toContain('\u001B[32m');
    expect(rows([call], 100, false, false)).not.toContain('\u001B');
  });
});
