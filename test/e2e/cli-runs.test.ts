/** `massgen runs`: what is listed of runs of every state, and which of them can be taken up. */
import { spawnSync } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makePlace, run, start } from '../fixtures/command-line.ts';
import { journalOf, onlyRun } from '../fixtures/runs-on-disk.ts';
import { answer, hang, writeTeam } from '../fixtures/script-team.ts';

describe('runs list and runs resume', () => {
  test('where there are none', async () => {
    const { cwd } = await makePlace();
    expect(await run(['runs', 'list'], { cwd })).toMatchObject({
      code: 0,
      stdout: 'No runs in massgen_logs.\n',
      stderr: '',
    });
    expect(await run(['runs', 'list', '--output', 'json'], { cwd })).toMatchObject({
      code: 0,
      stdout: '[]\n',
    });
    const { code, stdout, stderr } = await run(['runs', 'resume', 'last'], { cwd });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('error MG1212: There is no run here: there are no runs here');
  });

  test('a finished run is listed with its question on one line, and not taken up again', async () => {
    const { cwd } = await makePlace();
    const team = await writeTeam(cwd, [{ answers: [answer('done')] }]);
    await run(['--config', team, `\u001B[31mevil\u0007 ${'and long '.repeat(20)}\nsecond line`], { cwd });
    const id = basename(await onlyRun(cwd));
    const { stdout } = await run(['runs', 'list'], { cwd });
    expect(stdout).toMatch(new RegExp(`^${id} {2}answered {5}evil\\S* and long .*…\\n$`, 'u'));
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000B-\u001F]/u);
    const json = JSON.parse((await run(['runs', 'list', '--output', 'json'], { cwd })).stdout) as unknown;
    expect(json).toMatchObject([
      { id, state: 'finished', outcome: 'answered', winner: 'a.1', path: await onlyRun(cwd) },
    ]);
    const resumed = await run(['runs', 'resume', id, '--output', 'json'], { cwd });
    expect(resumed).toMatchObject({ code: 2, stdout: '' });
    expect(JSON.parse(resumed.stderr)).toMatchObject({ error: { code: 'MG1710' } });
  });

  test('a run under way is listed as running and taken up by nobody else', async () => {
    const { cwd } = await makePlace();
    const running = start(
      ['--config', await writeTeam(cwd, [{ answers: [{ text: 'on it\n' }, hang] }]), 'q'],
      { cwd },
    );
    await running.seen('on it');
    const id = basename(await onlyRun(cwd));
    expect((await run(['runs', 'list'], { cwd })).stdout).toBe(`${id}  running      q\n`);
    const { code, stderr } = await run(['runs', 'resume', 'last'], { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain(`error MG1712: Another process is working on this run: ${id}`);
    running.kill('SIGKILL');
    await running.ended;
    expect((await run(['runs', 'list'], { cwd })).stdout).toBe(`${id}  interrupted  q\n`);
  });

  test('damaged ones are listed as such, hide no other, and are left as they are', async () => {
    const { cwd } = await makePlace();
    await run(['--config', await writeTeam(cwd, [{ answers: [answer('done')] }]), 'q'], { cwd });
    const good = await onlyRun(cwd);
    const logs = join(cwd, 'massgen_logs');
    const damaged = async (name: string): Promise<string> => {
      await mkdir(join(logs, name), { mode: 0o700 });
      for (const file of ['journal.jsonl', 'run.json'])
        await copyFile(join(good, file), join(logs, name, file));
      return join(logs, name);
    };
    const flipped = join(await damaged('log_20200101_000000_aaaa'), 'journal.jsonl');
    const text = (await readFile(flipped, 'utf8')).replace('"type":"message.user"', '"type":"massage.user"');
    await writeFile(flipped, text);
    await rm(join(await damaged('log_20200101_000000_bbbb'), 'run.json'));
    await rename(join(await damaged('log_20200101_000000_cccc'), 'journal.jsonl'), join(cwd, 'elsewhere'));

    const { code, stdout } = await run(['runs', 'list'], { cwd });
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(4);
    expect(lines[0]).toContain(`${basename(good)}  answered`);
    for (const line of lines.slice(1))
      expect(line).toMatch(/^log_20200101_000000_(?:aaaa|bbbb|cccc) {2}(?:damaged|answered)/u);
    for (const [name, error] of [
      ['log_20200101_000000_aaaa', 'MG1206'],
      ['log_20200101_000000_bbbb', 'MG1213'],
      ['log_20200101_000000_cccc', 'MG1212'],
    ] as const) {
      const { code: status, stderr } = await run(['runs', 'resume', name], { cwd });
      expect(status, name).not.toBe(0);
      expect(stderr).toContain(error);
    }
    expect(await readFile(flipped, 'utf8')).toBe(text);
  });

  test.each(['log_20200101_000000_aaaa', '../elsewhere', '', 'massgen_logs'])(
    'there is no run %j',
    async (id) => {
      const { cwd } = await makePlace();
      const { code, stdout, stderr } = await run(['runs', 'resume', id], { cwd });
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain('error MG1212: There is no run here');
      expect(stderr).toContain('massgen runs list');
    },
  );
});

describe('a full disk', () => {
  /** Runs the demo on a disk of a few hundred kilobytes; what is on it then is copied to `cwd/kept`. */
  const script = `set -e
mount -t tmpfs -o size="$1" tmpfs disk; shift
cd disk; set +e; "$@"; status=$?
cp -r massgen_logs ../kept; exit $status`;

  test('ends the run with an error that says so; the journal is whole up to the last entry, and goes on elsewhere', async ({
    skip,
  }) => {
    if (spawnSync('unshare', ['-Urm', 'true']).status !== 0) skip('unshare -Urm may not be used here');
    // Where the journal is, and how full the disk gets, differs; each size stops the run at another place.
    for (const size of ['64k', '256k']) {
      const { cwd } = await makePlace();
      await mkdir(join(cwd, 'disk'));
      await writeFile(join(cwd, 'some.md'), 'x');
      await mkdir(join(cwd, 'many'));
      for (let number = 0; number < 400; number += 1)
        await writeFile(join(cwd, 'many', `document-${number}.md`), '');
      const cache = await mkdtemp(join(tmpdir(), 'massgen-cache-'));
      const through = ['unshare', '-Urm', 'sh', '-c', script, 'sh', size];
      const options = { cwd, through, env: { NODE_COMPILE_CACHE: cache } };
      const { code, stdout, stderr } = await run(['demo', join(cwd, 'many'), '--output', 'json'], options);
      await rm(cache, { recursive: true });
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      const line = stderr.split('\n').find((text) => text.startsWith('{')) ?? 'no line of JSON';
      expect(JSON.parse(line)).toMatchObject({
        error: { code: 'MG1202', hint: expect.stringContaining('massgen runs resume log_') },
      });

      await rename(join(cwd, 'kept'), join(cwd, 'massgen_logs'));
      const journal = await journalOf(await onlyRun(cwd));
      expect(journal.map(({ seq }) => seq)).toEqual(journal.map((_, index) => index + 1));
      expect(journal[0]?.type).toBe('run.started');
      expect((await run(['runs', 'list'], { cwd })).stdout).toContain('interrupted');
    }
  });
});
