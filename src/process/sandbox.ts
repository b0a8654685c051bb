/**
 * Bubblewrap around a child: the whole system as it is, but with some directories read-only whatever the child or its
 * children try, also as root. It takes every capability, gives a process namespace of its own, and dies with us.
 * Only the file system is held here; nothing of this keeps a child from the network.
 */
import { settledWithin } from './settled-within.ts';
import type { Clock } from '../events/clock.ts';
import type { LaunchSpec, SpawnChild } from './child.ts';

export interface SandboxPlaces {
  /** Absolute directories, links resolved: nothing below them can be changed… */
  readonly readOnly: readonly string[];
  /** …but below these, where they lie inside of one. The innermost decides. */
  readonly writable: readonly string[];
}

/** The launch line that starts the same program inside. */
export type Sandbox = (launch: LaunchSpec, places: SandboxPlaces) => LaunchSpec;

const program = 'bwrap';
const common = [
  ['--dev-bind', '/', '/'],
  ['--unshare-pid'],
  ['--proc', '/proc'],
  ['--cap-drop', 'ALL'],
  ['--die-with-parent'],
].flat();
/** Longer than any system needs to set one up. */
const probeMs = 5_000;

export interface SandboxOptions {
  readonly spawn: SpawnChild;
  readonly clock: Clock;
  /** Where programs are looked for. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Undefined where bubblewrap is missing, or the system does not let it do its work, as in some containers. */
export async function findSandbox({
  spawn,
  clock,
  environment,
}: SandboxOptions): Promise<Sandbox | undefined> {
  try {
    const launch = { command: program, args: [...common, '--', '/bin/true'], env: environment, cwd: '/' };
    const child = await spawn(launch);
    child.stdout.resume();
    child.stderr.resume();
    const exit = await settledWithin(clock, probeMs, child.exited);
    if (exit === undefined) child.signal('SIGKILL');
    return exit?.code === 0 ? confine : undefined;
  } catch {
    // Not installed: who needs it says so.
    return undefined;
  }
}

function confine(launch: LaunchSpec, { readOnly, writable }: SandboxPlaces): LaunchSpec {
  const binds = [
    ...readOnly.map((path) => ({ path, how: '--ro-bind-try' })),
    ...writable.map((path) => ({ path, how: '--bind-try' })),
  ];
  // A later bind covers an earlier one, so what lies deeper comes later; of one path the read-only one counts.
  const ordered = binds.toSorted((a, b) => a.path.length - b.path.length || (a.how < b.how ? -1 : 1));
  return {
    ...launch,
    command: program,
    args: [
      ...common,
      ...ordered.flatMap(({ path, how }) => [how, path, path]),
      '--chdir',
      launch.cwd,
      '--',
      launch.command,
      ...launch.args,
    ],
  };
}
