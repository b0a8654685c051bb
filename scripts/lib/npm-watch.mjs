/** Notices that the npm that runs this script is gone, however it ended: nobody is told when a parent is killed. */
import { readFileSync } from 'node:fs';

const POLL_MS = 500;

/** @param {number} pid */
function describe(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const end = stat.lastIndexOf(')');
    return {
      name: stat.slice(stat.indexOf('(') + 1, end),
      parent: Number(stat.slice(end + 2).split(' ')[1]),
    };
  } catch {
    return undefined; // No /proc on this system, or the process is gone, which its own parent id shows too.
  }
}

/** Our parent, and the parent's parent where a shell stands between npm and us. */
function lineage() {
  const parent = process.ppid;
  const between = describe(parent);
  const isShell = between !== undefined && /^(ba|da|a|z|k)?sh$/.test(between.name);
  return isShell ? `${parent} ${between.parent}` : `${parent}`;
}

/**
 * Calls `react` once when npm has gone. Does nothing when npm did not start this script, and does not keep it alive.
 * @param {() => void} react
 */
export function onNpmGone(react) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const atStart = lineage();
  const timer = setInterval(() => {
    if (lineage() === atStart) return;
    clearInterval(timer);
    react();
  }, POLL_MS);
  timer.unref();
}
