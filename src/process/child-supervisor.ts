/**
 * Starts children in process groups of their own and knows all that live. A group is signalled as a whole, so
 * launchers such as npx leave nothing behind; being in another group, children do not get the terminal's Ctrl-C.
 * What leaves its group is found by the mark in its environment; where there is no `/proc`, only groups are ended.
 */
import { spawn } from 'node:child_process';
import { formatMarker, markerVariable } from './child-marker.ts';
import type { Child, ChildExit, LaunchSpec, SpawnChild } from './child.ts';
import { endMarked, type MarkedProcess } from './end-marked.ts';
import { ownProcess, type ProcessOwner } from './process-owner.ts';
import { createStragglerSweep } from './straggler-sweep.ts';
import { sweepOrphans, type SweptProcess } from './sweep-orphans.ts';

export interface ChildSupervisor {
  /** The first one sweeps before it starts anything. */
  readonly spawn: SpawnChild;
  /** Ends, once, what killed runs left behind, and returns what that was; it is told to one caller only. */
  sweep(): readonly SweptProcess[];
  /** Kills all living groups and strays at once; for the very end of the process, when nothing can be awaited. */
  killAll(): void;
}

export interface ChildSupervisorOptions {
  /** Letters and digits; unique among the supervisors of this process. */
  readonly family: string;
  /** Whose children they are. Default: this process. */
  readonly owner?: ProcessOwner | undefined;
}

export function createChildSupervisor(options: ChildSupervisorOptions): ChildSupervisor {
  const { family, owner = ownProcess() } = options;
  const living = new Set<Child>();
  const isOurs = ({ marker }: MarkedProcess): boolean =>
    marker.family === family && marker.owner.pid === owner?.pid && marker.owner.startTime === owner.startTime;
  const endStragglers = createStragglerSweep(isOurs);
  let started = 0;
  let swept: readonly SweptProcess[] | undefined;

  function sweepOnce(): readonly SweptProcess[] {
    swept ??= owner === undefined ? [] : sweepOrphans(owner);
    return swept;
  }

  return {
    spawn(spec) {
      sweepOnce();
      started += 1;
      const child = started;
      const mark = owner === undefined ? {} : { [markerVariable]: formatMarker({ owner, family, child }) };
      const ended = owner === undefined ? () => Promise.resolve() : () => endStragglers(child);
      return startChild({ ...spec, env: { ...spec.env, ...mark } }, living, ended);
    },
    sweep() {
      const told = sweepOnce();
      swept = [];
      return told;
    },
    killAll() {
      for (const child of living) child.signal('SIGKILL');
      if (started > 0 && owner !== undefined) endMarked(isOurs);
    },
  };
}

/** `cleanUp` ends what the child left elsewhere; it counts as ended only after that. */
function startChild(spec: LaunchSpec, living: Set<Child>, cleanUp: () => Promise<void>): Promise<Child> {
  return new Promise((resolve, reject) => {
    const started = spawn(spec.command, spec.args, {
      cwd: spec.cwd,
      env: spec.env,
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
        void cleanUp().then(() => settle({ code, signal }));
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
