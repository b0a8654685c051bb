import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { durabilityOf } from '../../src/events/durability.ts';
import type { RunEventBody } from '../../src/events/run-event.ts';
import { codeWords, readPage, root, section, tableRows } from './pages.ts';

const src = path.join(root, 'src');
const sourceOf = (file: string): string =>
  readFileSync(path.join(src, 'events', file), 'utf8').replaceAll(/\/\*\*[\s\S]*?\*\//gu, '');
/** The part of the union that has a file of its own in its place. */
const source = sourceOf('run-event.ts').replace(
  '\n  | UserFileEventBody',
  () => /export type UserFileEventBody =([\s\S]*?);\s*$/u.exec(sourceOf('user-file-event.ts'))?.[1] ?? '',
);

const fieldsIn = (text: string): readonly string[] =>
  [...text.matchAll(/readonly (\w+\??):/gu)]
    .map(([, field = '']) => field)
    .filter((field) => field !== 'type');

/** Each type of the union with its fields, as the source declares them. */
function declared(): ReadonlyMap<string, readonly string[]> {
  const description = /interface AgentDescription \{([\s\S]*?)\n\}/u.exec(source)?.[1] ?? '';
  const union = source.slice(
    source.indexOf('export type DurableEventBody'),
    source.indexOf('export type RunEventBody'),
  );
  return new Map(
    union
      .split(/\n {2}\| /u)
      .slice(1)
      .map((member) => {
        const type = /type: '([\w.]+)'/u.exec(member)?.[1] ?? member;
        const inTurn = member.includes('InTurn') ? ['agent', 'turn'] : [];
        const described = member.includes("Omit<AgentDescription, 'id'>")
          ? fieldsIn(description).filter((field) => field !== 'id')
          : [];
        return [type, [...inTurn, ...fieldsIn(member), ...described]];
      }),
  );
}

const page = readPage('docs/events.md');
const rows = tableRows(page).map(([type = '', fields = '', , kept = '']) => ({
  type: codeWords(type)[0] ?? type,
  fields: codeWords(fields),
  kept,
}));

describe('docs/events.md', () => {
  test('has every type of event once, with its fields', () => {
    expect(Object.fromEntries(rows.map(({ type, fields }) => [type, fields]))).toEqual(
      Object.fromEntries(declared()),
    );
    expect(rows.length).toBe(declared().size);
  });

  test.each(rows)('says what $type survives', ({ type, kept }) => {
    const grade = (effects: readonly string[]) => durabilityOf({ type, effects } as unknown as RunEventBody);
    const reading = grade(['Read']);
    const writing = grade(['Write']);
    expect(kept).toBe(
      reading === writing ? reading : `${reading}; ${writing} unless it is known to only read`,
    );
  });

  test('names the types that no part of the program writes', () => {
    const text = readdirSync(src, { recursive: true, encoding: 'utf8' })
      .filter((file) => /(?<!\.test|\.test-support)\.ts$/u.test(file))
      .filter((file) => !/^(events|display|logging)\/|known-event-type/u.test(file))
      .map((file) => readFileSync(path.join(src, file), 'utf8'))
      .join('\n');
    const unwritten = [...declared().keys()].filter((type) => !new RegExp(`type: '${type}'`, 'u').test(text));
    const told = codeWords(section(page, '## Not written yet')).filter((word) => declared().has(word));
    expect(told.toSorted()).toEqual(unwritten.toSorted());
  });
});
