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

const columnNames = ['server', 'agent', 'what', 'took', 'tool'] as const;
type Widths = Readonly<Record<(typeof columnNames)[number], number>>;

/** In a terminal; elsewhere nothing is cut. */
const widest: Widths = { server: 16, agent: 12, what: 10, took: 10, tool: 24 };
/** For logs that are still written, where nobody waits for more rows. */
const usual: Widths = { server: 12, agent: 8, what: 10, took: 9, tool: 18 };
const timeWidth = 12;
/** Rows whose widths decide for all. */
const heldRows = 500;
/** With less room behind the columns, the detail gets a line of its own. */
const shortestDetail = 32;
const indent = '    ';
const gap = '  ';

export function createMcpLogRows(output: TextOutput, immediately: boolean): McpLogRows {
  let held: McpLogRow[] | undefined = immediately ? undefined : [];
  let widths = usual;

  // Some terminals say that they have no columns.
  const room = (): number => output.columns() || Number.POSITIVE_INFINITY;

  function print(row: McpLogRow): void {
    const columns = room();
    const cells = columnNames
      .filter((name) => widths[name] > 0)
      .map((name) => {
        const width =
          columns < Number.POSITIVE_INFINITY ? widths[name] : Math.max(widths[name], textWidth(row[name]));
        const text = padText(row[name], width, name === 'took' ? 'right' : 'left');
        return { text: name === 'what' ? paint(row, text) : text, width };
      });
    const used = cells.reduce((sum, { width }) => sum + width + gap.length, timeWidth);
    const line = [row.time.padEnd(timeWidth), ...cells.map(({ text }) => text)].join(gap);
    const rest = columns - used - gap.length;
    if (rest >= shortestDetail) {
      output.write(`${`${line}${gap}${fitText(row.detail, rest)}`.trimEnd()}\n`);
      return;
    }
    const isNarrow = rest < 0;
    const first = isNarrow
      ? [row.time, paint(row, fitText(row.what, widest.what)), row.took].join(gap)
      : line;
    const second = isNarrow ? [row.server, row.agent, row.tool, row.detail].join(' ') : row.detail;
    const below = fitText(second, columns - indent.length);
    output.write(`${first.trimEnd()}\n${below === '' ? '' : `${indent}${below}\n`}`);
  }

  function paint({ style }: McpLogRow, text: string): string {
    return output.color && style !== undefined ? styleText(style, text, { validateStream: false }) : text;
  }

  /** `least`: how wide each column is where none of the rows has anything in it. */
  function printHeld(least: Widths): void {
    if (held === undefined) return;
    const rows = held;
    held = undefined;
    const most = room() < Number.POSITIVE_INFINITY ? widest : undefined;
    const width = (name: keyof Widths): number => {
      const needed = Math.max(0, ...rows.map((row) => textWidth(row[name])));
      return needed === 0 ? least[name] : Math.min(most?.[name] ?? needed, needed);
    };
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
      if (held.length >= heldRows) printHeld(usual);
    },
    // What no row has needs no column.
    end: () => printHeld({ server: 0, agent: 0, what: 0, took: 0, tool: 0 }),
  };
}
