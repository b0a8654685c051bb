/**
 * Lines of the MCP logs as people read them: a row each, what happened in a word, its colour never alone. In a narrow
 * terminal a row takes two lines. The first rows are held back until the widths of the columns are known.
 */
import { styleText } from 'node:util';
import type { TextOutput } from '../display/text-output.ts';
import type { McpLogRecord } from '../logging/mcp-log-record.ts';
import { fitText, padText, textWidth } from './column-text.ts';
import { mcpLogRow, type McpLogRow } from './mcp-log-row.ts';

export interface McpLogRows {
  add(record: McpLogRecord): void;
  /** Prints what was held back. */
  end(): void;
}

type Column = 'server' | 'agent' | 'what' | 'took' | 'tool';

const widest: Readonly<Record<Column, number>> = { server: 16, agent: 12, what: 10, took: 10, tool: 24 };
/** For logs that are still written, where nobody waits for more rows. */
const usual: Readonly<Record<Column, number>> = { server: 12, agent: 8, what: 10, took: 9, tool: 18 };
const timeWidth = 12;
/** Rows whose widths decide for all. */
const heldRows = 500;
/** With less room behind the columns, the detail gets a line of its own. */
const shortestDetail = 32;
const indent = '    ';

export function createMcpLogRows(output: TextOutput, immediately: boolean): McpLogRows {
  let held: McpLogRow[] | undefined = immediately ? undefined : [];
  let widths = usual;

  function print(row: McpLogRow): void {
    // Some terminals say that they have no columns.
    const columns = output.columns() || undefined;
    const cells = [
      row.time.padEnd(timeWidth),
      cell(row, 'server'),
      cell(row, 'agent'),
      paint(row, cell(row, 'what')),
      cell(row, 'took', 'right'),
      cell(row, 'tool'),
    ];
    const used = timeWidth + Object.values(widths).reduce((sum, width) => sum + width + 2, 0);
    const rest = columns === undefined ? Number.POSITIVE_INFINITY : columns - used - 2;
    if (rest >= shortestDetail) {
      output.write(`${[...cells, fitText(row.detail, rest)].join('  ').trimEnd()}\n`);
      return;
    }
    const room = (columns ?? 80) - indent.length;
    const first =
      rest >= 0 ? cells.join('  ') : `${row.time}  ${paint(row, fitText(row.what, 10))}  ${row.took}`;
    const second = rest >= 0 ? row.detail : [row.server, row.agent, row.tool, row.detail].join(' ');
    const below = fitText(second, room);
    output.write(`${first.trimEnd()}\n${below === '' ? '' : `${indent}${below}\n`}`);
  }

  function cell(row: McpLogRow, column: Column, side: 'left' | 'right' = 'left'): string {
    return padText(row[column], widths[column], side);
  }

  function paint({ style }: McpLogRow, text: string): string {
    return output.color && style !== undefined ? styleText(style, text, { validateStream: false }) : text;
  }

  function end(): void {
    if (held === undefined) return;
    const rows = held;
    held = undefined;
    const width = (column: Column): number =>
      Math.min(widest[column], Math.max(1, ...rows.map((row) => textWidth(row[column]))));
    widths = {
      server: width('server'),
      agent: width('agent'),
      what: width('what'),
      took: width('took'),
      tool: width('tool'),
    };
    for (const row of rows) print(row);
  }

  return {
    add(record) {
      const row = mcpLogRow(record);
      if (held === undefined) {
        print(row);
        return;
      }
      held.push(row);
      if (held.length >= heldRows) end();
    },
    end,
  };
}
