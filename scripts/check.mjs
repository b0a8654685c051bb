/**
 * `npm run check`: every check that runs no product code. Each is a named step; a failing one is shown in full and the
 * rest still run. Arguments choose steps by name.
 */
import path from 'node:path';
import { ensureReady } from './ensure-ready.mjs';
import { projectNode, root } from './lib/project.mjs';
import { runTool } from './lib/run-tool.mjs';

const inModules = (/** @type {string} */ file) => path.join(root, 'node_modules', file);
const inScripts = (/** @type {string} */ file) => path.join(root, 'scripts', file);

/** @type {readonly { name: string, command: readonly string[] }[]} all of them programs for Node */
const steps = [
  { name: 'lint', command: [inModules('oxlint/bin/oxlint'), '--deny-warnings', '--format=unix'] },
  { name: 'format', command: [inModules('oxfmt/bin/oxfmt'), '--check', '.'] },
  { name: 'types', command: [inModules('typescript/bin/tsc'), '-p', 'tsconfig.json'] },
  { name: 'types-of-scripts', command: [inModules('typescript/bin/tsc'), '-p', 'scripts/tsconfig.json'] },
  { name: 'rooms', command: [inScripts('check-rooms.mjs')] },
  { name: 'sizes', command: [inScripts('check-file-sizes.mjs')] },
  { name: 'text', command: [inScripts('check-text.mjs')] },
  { name: 'lock', command: [inScripts('complete-lock.mjs'), '--check'] },
  { name: 'knip', command: [inModules('knip/bin/knip.js'), '--no-progress'] },
  // Looks at dist/, so it comes last: building is a step of its own.
  { name: 'build', command: [inScripts('build.mjs')] },
  { name: 'publint', command: [inModules('publint/src/cli.js'), '--strict', '--pack', 'npm'] },
];

/** @param {{ name: string, command: readonly string[] }} step */
async function run({ name, command }) {
  const { status, output } = await runTool(projectNode(), command, { capture: true });
  process.stdout.write(`${status === 0 ? 'ok  ' : 'FAIL'} ${name}\n`);
  if (status !== 0) process.stdout.write(`${output.trimEnd().replace(/^/gm, '     ')}\n`);
  return status === 0;
}

const names = process.argv.slice(2);
const unknown = names.filter((name) => !steps.some((step) => step.name === name));
if (unknown.length > 0) {
  process.stderr.write(
    `No such step: ${unknown.join(', ')}. There are: ${steps.map(({ name }) => name).join(', ')}\n`,
  );
  process.exitCode = 2;
} else {
  await ensureReady();
  for (const step of steps) {
    if (names.length > 0 && !names.includes(step.name)) continue;
    if (!(await run(step))) process.exitCode = 1;
  }
}
