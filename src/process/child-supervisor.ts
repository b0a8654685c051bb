/**
 * Starts children in process groups of their own and knows all that live. A group is signalled as a whole, so
 * launchers such as npx leave nothing behind; being in another group, children do not get the terminal's Ctrl-C.
 */
import { spawn } from 'node:child_process';
import type { Child, ChildExit, LaunchSpec, SpawnChild } from './child.ts';

export interface ChildSupervisor {
  readonly spawn: SpawnChild;
  /** Kills every living group at once; for the very end of the process, when nothing can be awaited. */
  killAll(): void;
}

export function createChildSupervisor(): ChildSupervisor {
  const living = new Set<Child>();
  return {
    spawn: (spec) => startChild(spec, living),
    killAll() {
      for (const child of living) child.signal('SIGKILL');
    },
  };
}

function startChild(spec: LaunchSpec, living: Set<Child>): Promise<Child> {
  return new Promise((resolve, reject) => {
    const started = spawn(spec.command, spec.args, {
      cwd: spec.cwd,
      env: { ...spec.env },
      detached: true,
      shell: false,
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
    });
    const { pid, stdin, stdout, stderr } = started;
    if (pid === undefined) {
      started.once('error', reject);
      return;
    }
    // Writing to a child that died is reported by its exit; without a listener it would end our process.
    stdin.on('error', () => undefined);
    let ended = false;
    const exited = new Promise<ChildExit>((settle) => {
      started.once('exit', (code, signal) => {
        // What it left behind in its group goes with it. From here on the number may be somebody else's.
        signalGroup(pid, 'SIGKILL');
        ended = true;
        living.delete(child);
        settle({ code, signal });
      });
    });
    const child: Child = {
      pid,
      stdin,
      stdout,
      stderr,
      exited,
      signal: (name) => !ended && signalGroup(pid, name),
    };
    living.add(child);
    resolve(child);
  });
}

/** False when nobody is left, or nobody we may signal. */
function signalGroup(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(-pid, name);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ESRCH' || code === 'EPERM') return false;
    throw error;
  }
}
