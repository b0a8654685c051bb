import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { text } from 'node:stream/consumers';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createSimulatedClock } from '../testing/simulated-clock.ts';
import { createChildSupervisor, type ChildSupervisor } from './child-supervisor.ts';
import { minimalEnvironment } from './minimal-environment.ts';
import { findSandbox, type SandboxPlaces } from './sandbox.ts';

const environment = minimalEnvironment(process.env);
const clock = createSimulatedClock();

function supervisor(): ChildSupervisor {
  const children = createChildSupervisor({ family: 'sandboxtest' });
  onTestFinished(() => children.killAll());
  return children;
}

const { spawn } = createChildSupervisor({ family: 'sandboxprobe' });
const installed = (await findSandbox({ spawn, clock, environment })) !== undefined;
const missing = 'bubblewrap is not installed or may not be used here';

interface Places {
  readonly run: string;
  readonly view: string;
  readonly own: string;
  readonly other: string;
}

function createPlaces(): Places {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'massgen-sandbox-')));
  const run = path.join(root, 'logs/run');
  const view = path.join(run, 'views/agent2.1');
  const own = path.join(run, 'workspaces/agent1');
  const other = path.join(root, 'ws/other');
  for (const place of [view, own, other]) mkdirSync(place, { recursive: true });
  writeFileSync(path.join(view, 'notes.md'), 'as published');
  writeFileSync(path.join(other, 'theirs.md'), 'theirs');
  return { run: path.dirname(run), view, own, other };
}

/** What a shell in the sandbox of the first agent says and how it ends. */
async function shell(
  places: Places,
  script: string,
  more: Pick<SandboxPlaces, 'hidden' | 'shown'> = {},
): Promise<{ readonly code: number | null; readonly said: string }> {
  const children = supervisor();
  const sandbox = await findSandbox({ spawn: children.spawn, clock, environment });
  if (sandbox === undefined) throw new Error('there is no sandbox');
  const launch = { command: '/bin/sh', args: ['-c', script], env: environment, cwd: places.own };
  const child = await children.spawn(
    sandbox(launch, { readOnly: [places.run, places.other], writable: [places.own], ...more }),
  );
  const said = Promise.all([text(child.stdout), text(child.stderr)]);
  const { code } = await child.exited;
  return { code, said: (await said).join('') };
}

const attempts: readonly (readonly [string, string])[] = [
  ['write in place', 'echo x > "$VIEW/notes.md"'],
  ['append', 'echo x >> "$VIEW/notes.md"'],
  ['make a file', 'echo x > "$VIEW/new.md"'],
  ['delete', 'rm -f "$VIEW/notes.md"'],
  ['rename', 'mv "$VIEW/notes.md" "$VIEW/old.md"'],
  ['rename the whole view', 'mv "$VIEW" "$VIEW-2"'],
  ['chmod', 'chmod 777 "$VIEW/notes.md"'],
  ['touch', 'touch "$VIEW/notes.md"'],
  ['write through a hard link', 'ln "$VIEW/notes.md" "$OWN/link" && echo x > "$OWN/link"'],
  ['write through a symbolic link', 'ln -s "$VIEW/notes.md" "$OWN/link" && echo x > "$OWN/link"'],
  ['write through the descriptor of a directory', 'cd "$VIEW" && echo x > /proc/self/cwd/notes.md'],
  ['write through the root of process 1', 'echo x > "/proc/1/root$VIEW/notes.md"'],
  ['remount', 'mount -o remount,rw "$VIEW" && echo x > "$VIEW/notes.md"'],
  ['remount everything', 'mount -o remount,rw,bind "$LOGS" && echo x > "$VIEW/notes.md"'],
  ['unmount', 'umount -l "$LOGS" && echo x > "$VIEW/notes.md"'],
  ['mount over', 'mount -t tmpfs none "$VIEW"'],
  [
    'a namespace of its own',
    'unshare -rm sh -c \'mount -o remount,rw,bind "$LOGS"; echo x > "$VIEW/notes.md"\'',
  ],
  ['enter our namespace', 'nsenter -t 1 -m sh -c \'echo x > "$VIEW/notes.md"\''],
  ['a child that goes its own way', 'setsid sh -c \'echo x > "$VIEW/notes.md"\''],
  ['another workspace', 'echo x > "$OTHER/theirs.md"'],
];

describe('in a sandbox', () => {
  test.for(attempts)('what others published or wrote cannot be changed: %s', async ([, script], { skip }) => {
    skip(!installed, missing);
    const places = createPlaces();
    const notes = path.join(places.view, 'notes.md');
    const before = statSync(notes, { bigint: true });
    const variables = `VIEW='${places.view}' OWN='${places.own}' OTHER='${places.other}' LOGS='${places.run}'; export VIEW OWN OTHER LOGS;`;
    const { code } = await shell(places, `${variables} ${script}`);
    expect(code).not.toBe(0);
    expect(readFileSync(notes, 'utf8')).toBe('as published');
    expect(readFileSync(path.join(places.other, 'theirs.md'), 'utf8')).toBe('theirs');
    const after = statSync(notes, { bigint: true });
    expect([after.mode, after.ino, after.mtimeNs]).toEqual([before.mode, before.ino, before.mtimeNs]);
    expect(existsSync(path.join(places.view, 'new.md'))).toBe(false);
  });

  test('the own workspace is writable, and everything is readable', async ({ skip }) => {
    skip(!installed, missing);
    const places = createPlaces();
    const { code, said } = await shell(
      places,
      `echo mine > mine.md && cat mine.md '${places.view}/notes.md'`,
    );
    expect({ code, said }).toEqual({ code: 0, said: 'mine\nas published' });
    expect(readFileSync(path.join(places.own, 'mine.md'), 'utf8')).toBe('mine\n');
  });

  test('there are no capabilities, also for root, and no processes of ours', async ({ skip }) => {
    skip(!installed, missing);
    const { said } = await shell(createPlaces(), 'grep CapEff /proc/self/status; ls -d /proc/[0-9]* | wc -l');
    expect(said).toMatch(/^CapEff:\t0+\n\d{1,2}\n$/u);
  });
});

test('what is hidden is empty, but for what is shown or writable in it, and nothing is written there', async ({
  skip,
}) => {
  skip(!installed, missing);
  const places = createPlaces();
  writeFileSync(path.join(places.run, 'run/journal.jsonl'), 'all of it');
  const { said } = await shell(
    places,
    `cd '${places.run}'; find . -type f; ls '${places.other}'; cat run/views/agent2.1/notes.md; echo x > new; echo x > own; echo x > '${places.own}/mine'`,
    { hidden: [places.run, places.other], shown: [places.view] },
  );
  expect(said).toContain('./run/views/agent2.1/notes.md\n');
  expect(said).toContain('as published');
  expect(said).not.toContain('journal.jsonl');
  expect(said).not.toContain('theirs.md');
  expect(existsSync(path.join(places.own, 'mine'))).toBe(true);
  expect(existsSync(path.join(places.run, 'new'))).toBe(false);
  expect(said).toMatch(/new: Read-only file system/u);
});

test('without the program there is no sandbox', async () => {
  const sandbox = await findSandbox({ spawn: supervisor().spawn, clock, environment: { PATH: '/nowhere' } });
  expect(sandbox).toBeUndefined();
});
