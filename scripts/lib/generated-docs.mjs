/**
 * The parts of docs/ that say what the code says: codes of errors, keys of configs, help of commands, the picture of
 * the rooms, fields of log lines, an example. They stand in their pages between two marks; the rest of each page is
 * written by hand. Needs Node 24, as it imports src/.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { createCommandTree } from '../../src/cli/command-tree.ts';
import { configReference } from '../../src/config/keys/config-reference.ts';
import { errorTable } from '../../src/errors/error-table.ts';
import { mcpLogRecordSchema } from '../../src/logging/mcp-log-record.ts';
import { findImports, rooms } from '../check-rooms.mjs';
import { root } from './project.mjs';
import { walkFiles } from './walk.mjs';

/** @typedef {import('../../src/errors/error-definition.ts').ErrorDefinition} ErrorDefinition */
/** @typedef {import('commander').Command} Command */

const begin = '<!-- begin: written by `node scripts/generate-docs.mjs` -->';
const end = '<!-- end -->';

/** What the first two digits of a code stand for. */
const areas = new Map([
  ['MG10', 'Command line'],
  ['MG11', 'Configuration'],
  ['MG12', 'Journal, run directory and locks'],
  ['MG13', 'Workspaces, snapshots and views'],
  ['MG14', 'MCP servers'],
  ['MG15', 'Tool calls'],
  ['MG16', 'Agents, models and keys'],
  ['MG17', 'Runs and coordination'],
]);

const cell = (/** @type {string} */ text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** @param {ErrorDefinition} row */
function errorRow({ code, title, hint, exitCode = 1 }) {
  return `| <a id="${code.toLowerCase()}"></a>\`${code}\` | ${cell(title)} | ${cell(hint)} | ${exitCode} |`;
}

/** @param {readonly ErrorDefinition[]} table */
function errorReference(table) {
  const known = [...areas.keys()];
  const strange = table.find(({ code }) => !known.includes(code.slice(0, 4)));
  if (strange !== undefined)
    throw new Error(`${strange.code} is of no known area; name it in scripts/lib/generated-docs.mjs`);
  return [...areas]
    .map(([digits, title]) => {
      const rows = table
        .filter(({ code }) => code.startsWith(digits))
        .toSorted((one, other) => one.code.localeCompare(other.code));
      const head = ['| Code | What happened | What to do | Exit |', '|---|---|---|---|'];
      return [`## ${title} (${digits}xx)`, '', ...head, ...rows.map(errorRow), ''].join('\n');
    })
    .join('\n');
}

/** @param {Command} command @param {string} name */
function helpOf(command, name) {
  let text = '';
  command.configureOutput({
    writeOut: (piece) => (text += piece),
    getOutHelpWidth: () => 80,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  const level = command.parent === null ? '##' : '###';
  return `${level} \`${name}\`\n\n\`\`\`text\n${text.trimEnd()}\n\`\`\`\n`;
}

/** @param {Command} command @param {string} name @returns {string[]} */
function helpBelow(command, name) {
  const own = helpOf(command, name);
  return [own, ...command.commands.flatMap((child) => helpBelow(child, `${name} ${child.name()}`))];
}

const commandReference = () => {
  const tree = createCommandTree(() => undefined);
  return helpBelow(tree, tree.name()).join('\n');
};

/** @returns {Map<string, string[]>} what each room that has files imports from others, in the order of the rooms */
function roomImports() {
  const files = walkFiles(path.join(root, 'src')).filter((file) =>
    /(?<!\.test|\.test-support)\.ts$/.test(file),
  );
  const roomOf = (/** @type {string} */ file) => file.slice(0, file.indexOf('/'));
  const used = rooms.filter((room) => files.some((file) => roomOf(file) === room));
  return new Map(
    used.map((room) => {
      const targets = files
        .filter((file) => roomOf(file) === room)
        .flatMap((file) =>
          findImports(readFileSync(path.join(root, 'src', file), 'utf8'))
            .filter(({ specifier }) => specifier.startsWith('.'))
            .map(({ specifier }) => roomOf(path.posix.join(path.posix.dirname(file), specifier))),
        );
      return [room, used.filter((other) => other !== room && targets.includes(other))];
    }),
  );
}

/** The picture leaves out arrows that a longer way shows already; the list has them all. */
function roomPicture() {
  const imports = roomImports();
  /** @type {(from: string, to: string) => boolean} */
  const reaches = (from, to) => {
    const next = imports.get(from) ?? [];
    return next.includes(to) || next.some((room) => reaches(room, to));
  };
  const arrows = [...imports].flatMap(([room, others]) =>
    others
      .filter((other) => !others.some((between) => between !== other && reaches(between, other)))
      .map((other) => `  ${room} --> ${other}`),
  );
  const rows = [...imports].map(([room, others]) => `| \`${room}\` | ${others.join(', ') || 'nothing'} |`);
  return [
    ['```mermaid', 'flowchart TB', ...arrows.toReversed(), '```', ''].join('\n'),
    ['| Room | imports from |', '|---|---|', ...rows].join('\n'),
  ].join('\n');
}

/** The example of the library page is a file that is type-checked and run by a test. */
function libraryExample() {
  const code = readFileSync(path.join(root, 'test/docs/library-example.ts'), 'utf8');
  return ['```ts', code.replace("'../../src/runtime/index.ts'", "'massgen'").trimEnd(), '```'].join('\n');
}

/** The fields of a line of the MCP logs, as its schema has them. */
function logRecordReference() {
  const { properties = {}, required = [] } = z.toJSONSchema(mcpLogRecordSchema);
  const rows = Object.entries(properties).map(([name, field]) => {
    if (typeof field === 'boolean') throw new Error(`${name} says nothing of itself`);
    const optional = required.includes(name) ? '' : '?';
    return `| \`${name}${optional}\` | ${typeText(field)} | ${cell(field.description ?? '')} |`;
  });
  return ['| Field | Type | Meaning |', '|---|---|---|', ...rows].join('\n');
}

const typeNames = new Map([
  ['string', 'text'],
  ['integer', 'whole number'],
  ['number', 'number'],
  ['array', 'list of text'],
  ['object', 'object'],
  ['boolean', 'yes or no'],
]);

/** @param {z.core.JSONSchema.JSONSchema} schema */
function typeText({ const: fixed, enum: words, anyOf, type }) {
  if (fixed !== undefined) return `\`${JSON.stringify(fixed)}\``;
  if (words !== undefined) return words.map((word) => `\`${word}\``).join(', ');
  const types = anyOf === undefined ? [type].flat() : anyOf.map((one) => one.type);
  return types.map((name) => typeNames.get(String(name)) ?? 'any').join(' or ');
}

/** @type {readonly { readonly page: string, readonly write: () => string }[]} */
export const generatedParts = [
  { page: 'docs/errors.md', write: () => errorReference(errorTable) },
  { page: 'docs/configuration.md', write: configReference },
  { page: 'docs/cli.md', write: commandReference },
  { page: 'docs/architecture.md', write: roomPicture },
  { page: 'docs/library.md', write: libraryExample },
  { page: 'docs/mcp-logs.md', write: logRecordReference },
];

/**
 * The page with the text between its marks.
 * @param {string} page its text
 * @param {string} generated
 */
export function withGenerated(page, generated) {
  const from = page.indexOf(begin);
  const to = page.indexOf(end, from);
  if (from === -1 || to === -1) throw new Error(`the page lacks the marks ${begin} and ${end}`);
  return `${page.slice(0, from)}${begin}\n\n${generated.trim()}\n\n${page.slice(to)}`;
}
