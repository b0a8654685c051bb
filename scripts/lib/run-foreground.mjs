/** Runs a program on our own terminal to its end, as if it had been started in our place. */
import { spawn } from 'node:child_process';
import os from 'node:os';
import { passSignals } from '../../bin/launch.js';
import { onNpmGone } from './npm-watch.mjs';
import { root } from './project.mjs';

/**
 * @param {string} program
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number>} its exit status; 128 and the signal's number when a signal ended it
 */
export function runForeground(program, args, env) {
  const child = spawn(program, args, { cwd: root, env, stdio: 'inherit' });
  passSignals(child);
  onNpmGone(() => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? 128 + os.constants.signals[signal ?? 'SIGKILL']));
  });
}
