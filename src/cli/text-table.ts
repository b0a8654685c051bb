/** A table for people: as wide as it needs to be, cut where the terminal ends, each cell on one line. */
import type { TextOutput } from '../display/text-output.ts';
import { fitText, padText, textWidth } from './column-text.ts';

export interface TableColumn<Row> {
  readonly title: string;
  readonly text: (row: Row) => string;
  readonly side?: 'left' | 'right';
  /** Not wider than this; the last column takes what is left of the terminal. */
  readonly most?: number;
}

export function writeTable<Row>(
  output: TextOutput,
  columns: readonly TableColumn<Row>[],
  rows: readonly Row[],
): void {
  const widths = columns.map(({ title, text, most = 40 }) =>
    Math.min(most, Math.max(textWidth(title), ...rows.map((row) => textWidth(text(row))))),
  );
  const last = columns.length - 1;
  // Some terminals say that they have no columns.
  const room = output.columns() || Number.POSITIVE_INFINITY;
  const before = widths.slice(0, last).reduce((sum, width) => sum + width + 2, 0);
  const left = Math.max(20, room - before);
  const line = (cells: readonly string[]): void => {
    const padded = cells.map((cell, index) =>
      index === last ? fitText(cell, left) : padText(cell, widths[index] ?? 0, columns[index]?.side),
    );
    output.write(`${padded.join('  ').trimEnd()}\n`);
  };
  line(columns.map(({ title }) => title));
  for (const row of rows) line(columns.map(({ text }) => text(row)));
}
