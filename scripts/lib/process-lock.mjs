/**
 * A lock file that names the processes holding it, so that a lock left by a killed process is told from a live one.
 * Taking over such a lock says so: what it protected may be half done.
 */
import { linkSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

/** A lock file without readable content is being written, unless it stays so for this long. */
const UNWRITTEN_MS = 5000;
const POLL_MS = 200;

/**
 * A process as it can be told from a later one with the same id.
 * @param {number} pid
 */
function identify(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? undefined : `${pid}/${fields[18]}`;
  } catch {
    if (process.platform === 'linux') return undefined;
  }
  try {
    process.kill(pid, 0);
    return `${pid}`;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM' ? `${pid}` : undefined;
  }
}

/** @param {string} text */
function isHeld(text) {
  return text.split('\n').some((holder) => holder !== '' && identify(Number.parseInt(holder, 10)) === holder);
}

/** @param {string} file */
function read(file) {
  try {
    return { text: readFileSync(file, 'utf8'), age: Date.now() - statSync(file).mtimeMs };
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Takes a lock nobody alive holds away. Another process may have done so and taken the lock meanwhile: then its lock
 * is put back.
 * @param {string} file
 * @param {string} abandoned the content that was found to be nobody's
 */
function removeAbandoned(file, abandoned) {
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return false;
    throw error;
  }
  const removed = readFileSync(aside, 'utf8') === abandoned;
  if (!removed) linkSync(aside, file);
  rmSync(aside);
  return removed;
}

/** @param {string} file */
function tryCreate(file) {
  try {
    writeFileSync(file, `${identify(process.pid)}\n`, { flag: 'wx' });
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Runs `work` while holding the lock, after waiting for other holders.
 * @template Result
 * @param {string} file
 * @param {(lock: { interrupted: boolean, share: (pid: number) => void }) => Promise<Result>} work
 *   `interrupted`: the last holder was killed at work; `share` names a child that also has to be gone before the
 *   lock is free
 * @param {(file: string) => void} [onWait] called once when another process holds the lock
 * @returns {Promise<Result>}
 */
export async function withLock(file, work, onWait = () => undefined) {
  let interrupted = false;
  let waited = false;
  while (!tryCreate(file)) {
    const found = read(file);
    if (found === undefined) continue;
    const abandoned = found.text === '' ? found.age > UNWRITTEN_MS : !isHeld(found.text);
    if (abandoned) {
      interrupted = removeAbandoned(file, found.text) || interrupted;
      continue;
    }
    if (!waited) onWait(file);
    waited = true;
    await wait(POLL_MS);
  }
  try {
    const share = (/** @type {number} */ pid) => {
      const holder = identify(pid);
      if (holder !== undefined) writeFileSync(file, `${holder}\n`, { flag: 'a' });
    };
    return await work({ interrupted, share });
  } finally {
    rmSync(file, { force: true });
  }
}
