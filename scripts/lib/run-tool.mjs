/** Runs a program to its end. */
import { spawn } from 'node:child_process';
import os from 'node:os';
import { root } from './project.mjs';

/**
 * @typedef {object} ToolResult
 * @property {number} status exit status; 128 and the signal's number when a signal ended it, 127 when it did not start
 * @property {string} output what it wrote, when it was captured
 */

/**
 * Runs a program in the project's root. Its output goes to our standard error, or is captured.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string, capture?: boolean, onStart?: (pid: number) => void }} [options]
 * @returns {Promise<ToolResult>}
 */
export function runTool(program, args, options = {}) {
  const { env = process.env, cwd = root, capture = false } = options;
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd,
      env,
      stdio: ['ignore', capture ? 'pipe' : 2, capture ? 'pipe' : 2],
    });
    if (child.pid !== undefined) options.onStart?.(child.pid);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (chunk) => (output += chunk));
    }
    child.once('error', (error) =>
      resolve({ status: 127, output: `${output}${program}: ${error.message}\n` }),
    );
    child.once('close', (code, signal) => {
      resolve({ status: code ?? 128 + os.constants.signals[signal ?? 'SIGKILL'], output });
    });
  });
}
