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
    async spawn(spec) {
      const child = await startChild(spec);
      living.add(child);
      void child.exited.then(() => living.delete(child));
      return child;
    },
    killAll() {
      for (const child of living) child.signal('SIGKILL');
    },
  };
}

function startChild(spec: LaunchSpec): Promise<Child> {
  return new Promise((resolve, reject) => {
    const child = spawn(spec.command, spec.args, {
      cwd: spec.cwd,
      env: { ...spec.env },
      detached: true,
      shell: false,
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
    });
    const exited = new Promise<ChildExit>((settle) => {
      child.once('exit', (code, signal) => settle({ code, signal }));
    });
    child.once('error', reject);
    child.once('spawn', () => {
      const { pid, stdin, stdout, stderr } = child;
      if (pid === undefined) {
        reject(new Error('the child has no pid'));
        return;
      }
      // Writing to a child that died is reported by its exit; without a listener it would end our process.
      stdin.on('error', () => undefined);
      resolve({
        pid,
        stdin,
        stdout,
        stderr,
        exited,
        signal: (name) => signalGroup(pid, name),
      });
    });
  });
}

function signalGroup(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(-pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}
