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
  /** Directories that exist: they are empty for the child… Default none. */
  readonly hidden?: readonly string[];
  /** …but for these, which it sees read-only, and those that are named above and lie inside. Default none. */
  readonly shown?: readonly string[];
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

type How = '--bind-try' | '--ro-bind-try' | '--tmpfs';

/** Of one path the later one counts. */
const order: readonly How[] = ['--bind-try', '--ro-bind-try', '--tmpfs'];

function confine(launch: LaunchSpec, places: SandboxPlaces): LaunchSpec {
  const { readOnly, writable, hidden = [], shown = [] } = places;
  const visible = shown.filter((path) => !readOnly.includes(path) && !writable.includes(path));
  const binds: readonly { readonly path: string; readonly how: How }[] = [
    ...[...readOnly, ...visible].map((path) => ({ path, how: '--ro-bind-try' as const })),
    ...writable.map((path) => ({ path, how: '--bind-try' as const })),
    ...hidden.map((path) => ({ path, how: '--tmpfs' as const })),
  ];
  // A later bind covers an earlier one, so what lies deeper comes later.
  const ordered = binds.toSorted(
    (a, b) => a.path.length - b.path.length || order.indexOf(a.how) - order.indexOf(b.how),
  );
  return {
    ...launch,
    command: program,
    args: [
      ...common,
      ...ordered.flatMap(({ path, how }) => (how === '--tmpfs' ? [how, path] : [how, path, path])),
      // Once everything has its place in them: what is written there would be gone without a word.
      ...hidden.flatMap((path) => ['--remount-ro', path]),
      '--chdir',
      launch.cwd,
      '--',
      launch.command,
      ...launch.args,
    ],
  };
}
