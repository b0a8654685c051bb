/**
 * Packs the package, looks at what is in it, installs it in an empty project and runs it there with an empty home, as a
 * person would who has just installed it. Prints one line a step; the first failing step ends it, as the rest build on it.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { build } from './build.mjs';
import { ensureReady } from './ensure-ready.mjs';
import { isMain, projectNode, root } from './lib/project.mjs';
import { runTool } from './lib/run-tool.mjs';

const allowed = [
  /^(package\.json|README\.md|LICENSE|CHANGELOG\.md)$/,
  /^bin\/[\w-]+\.js$/,
  /^examples\/[\w-]+\.(yaml|md)$/,
  /^dist\/(?!.*\.test[.-])[\w./-]+\.(js|d\.ts)$/,
];
const required = [
  'package.json',
  'README.md',
  'LICENSE',
  'CHANGELOG.md',
  'bin/massgen.js',
  'dist/cli/main.js',
  // Found by its path, so no import would miss it.
  'dist/tools/schema-thread-main.js',
  // Named as `--config @examples/one-server`.
  'examples/one-server.yaml',
];

/**
 * What should not be in the package, and what is missing from it.
 * @param {readonly string[]} files
 * @returns {string[]} one line each
 */
export function checkPackedFiles(files) {
  const extra = files.filter((file) => !allowed.some((pattern) => pattern.test(file)));
  const missing = required.filter((file) => !files.includes(file));
  return [
    ...extra.map((file) => `${file}: must not be packed`),
    ...missing.map((file) => `${file}: is not packed`),
  ];
}

/**
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd: string, env?: NodeJS.ProcessEnv }} options
 */
async function succeed(program, args, options) {
  const { status, output } = await runTool(program, args, { ...options, capture: true });
  if (status !== 0)
    throw new Error(`${path.basename(program)} ${args.join(' ')}: status ${status}\n${output}`);
  return output;
}

/** @param {string} directory an empty one */
function smokeSteps(directory) {
  const { name, version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const tarball = path.join(directory, `${name}-${version}.tgz`);
  const project = path.join(directory, 'project');
  const home = path.join(directory, 'home');
  // Node of the project first, so that the command's own first line finds it.
  const PATH = `${path.dirname(projectNode())}${path.delimiter}${process.env.PATH}`;
  const command = path.join(project, 'node_modules/.bin/massgen');
  const massgen = (/** @type {readonly string[]} */ ...args) =>
    succeed(command, args, { cwd: project, env: { PATH, HOME: home } });

  return {
    pack: () => succeed('npm', ['pack', '--pack-destination', directory], { cwd: root }),
    contents: async () => {
      const list = await succeed('tar', ['-tzf', tarball], { cwd: directory });
      const files = list
        .trim()
        .split('\n')
        .map((file) => file.replace(/^package\//, ''));
      const problems = checkPackedFiles(files);
      if (problems.length > 0) throw new Error(problems.join('\n'));
    },
    publint: () =>
      succeed(projectNode(), [path.join(root, 'node_modules/publint/src/cli.js'), tarball, '--strict'], {
        cwd: root,
      }),
    install: () => {
      mkdirSync(project);
      mkdirSync(home);
      writeFileSync(path.join(project, 'package.json'), '{ "private": true }\n');
      const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--engine-strict=false'];
      return succeed('npm', ['install', ...flags, tarball], { cwd: project });
    },
    version: async () => {
      const printed = await massgen('--version');
      if (printed !== `${version}\n`) throw new Error(`--version printed ${JSON.stringify(printed)}`);
    },
    help: async () => {
      const printed = await massgen('--help');
      if (!printed.includes('massgen')) throw new Error(`--help printed ${JSON.stringify(printed)}`);
    },
    import: () => {
      const program = `await import('${name}'); await import('${name}/testing');`;
      return succeed(projectNode(), ['--input-type=module', '--eval', program], { cwd: project });
    },
    demo: async () => {
      const printed = await massgen('demo');
      if (!printed.includes('scripted'))
        throw new Error(`the demonstration does not say what it is:\n${printed}`);
    },
    example: async () => {
      const printed = await massgen('--config', '@examples/one-server', 'What is 19 and 23?');
      if (!printed.includes('19 + 23 = 42')) throw new Error(`the example does not answer:\n${printed}`);
    },
  };
}

async function smoke() {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'massgen-pack-'));
  try {
    for (const [step, run] of Object.entries(smokeSteps(directory))) {
      try {
        await run();
      } catch (error) {
        process.stdout.write(
          `FAIL ${step}\n${/** @type {Error} */ (error).message.replace(/^/gm, '     ')}\n`,
        );
        return 1;
      }
      process.stdout.write(`ok   ${step}\n`);
    }
    return 0;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

if (isMain(import.meta.url)) {
  try {
    await ensureReady();
    await build();
    process.exitCode = await smoke();
  } catch (error) {
    process.stderr.write(`massgen: ${/** @type {Error} */ (error).message}\n`);
    process.exitCode = 1;
  }
}
