/**
 * Takes the place of dist/cli/main.js in launcher tests: small commands that make visible what the launcher passes
 * through. One JSON object a line on standard output.
 */
import { spawn } from 'node:child_process';
import { readdirSync, readlinkSync } from 'node:fs';

/** @param {Record<string, unknown>} line */
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

/** @returns {Promise<never>} */
const forever = () => new Promise(() => setInterval(() => undefined, 60_000));

/**
 * Ends with status 0 after `count` signals of the given names, reporting each.
 * @param {number} count
 * @param {readonly string[]} names
 * @returns {Promise<number>}
 */
const signals = (count, names) =>
  new Promise((resolve) => {
    let seen = 0;
    const keepAlive = setInterval(() => undefined, 60_000);
    for (const name of names) {
      process.on(name, () => {
        say({ signal: name });
        seen += 1;
        if (seen < count) return;
        clearInterval(keepAlive);
        resolve(0);
      });
    }
    say({ ready: process.pid });
  });

/** @type {Record<string, (...args: readonly string[]) => number | Promise<number>>} */
const commands = {
  report: (...args) => {
    say({
      args,
      node: process.versions.node,
      tty: process.stdin.isTTY === true,
      env: process.env.MASSGEN_LAUNCHER_FD,
    });
    return 0;
  },
  exit: (status) => Number(status),
  echo: async () => {
    for await (const chunk of process.stdin) process.stdout.write(chunk);
    return 0;
  },
  flood: (bytes) => {
    process.stdout.write('x'.repeat(Number(bytes)));
    return 3;
  },
  die: (signal = '') => {
    process.kill(process.pid, signal);
    return forever();
  },
  signals: (count, ...names) => signals(Number(count), names),
  // Ignores every polite request to end.
  stubborn: () => {
    process.on('SIGTERM', () => say({ signal: 'SIGTERM' }));
    say({ ready: process.pid });
    return forever();
  },
  // A child of ours, as a tool server would be one, ends when its standard input does.
  parent: async () => {
    const link = readlinkSync('/proc/self/fd/3');
    const child = spawn('cat', { stdio: ['pipe', 'ignore', 'ignore'] });
    await new Promise((resolve) => child.once('spawn', resolve));
    const open = readdirSync(`/proc/${child.pid}/fd`).map((fd) =>
      readlinkSync(`/proc/${child.pid}/fd/${fd}`),
    );
    say({ ready: process.pid, child: child.pid, linkInherited: open.includes(link) });
    return forever();
  },
};

/**
 * @param {readonly string[]} argv
 * @returns {Promise<number>}
 */
export async function main([command = '', ...args]) {
  const run = commands[command];
  if (run === undefined) throw new Error(`stand-in: unknown command ${command}`);
  return run(...args);
}
