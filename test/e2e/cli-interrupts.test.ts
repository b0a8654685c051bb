/** How a run is ended from outside, what is left of it, and that it can be taken up again. */
import { describe, expect, test } from 'vitest';
import { answering, startModel } from '../fixtures/chat-model.ts';
import { makePlace, openTerminal, run, start } from '../fixtures/command-line.ts';
import { journalOf, nothingRunsIn, onlyRun } from '../fixtures/runs-on-disk.ts';
import { answer, hang, writeTeam } from '../fixtures/script-team.ts';

const listed = async (cwd: string): Promise<readonly unknown[]> =>
  JSON.parse((await run(['runs', 'list', '--output', 'json'], { cwd })).stdout) as readonly unknown[];

/** A team of which one has answered and one never will; both have a real server beside them. */
const halfDone = (cwd: string): Promise<string> =>
  writeTeam(cwd, [
    { answers: [answer('the only answer')], backend: { cwd: 'ws/a' } },
    { answers: [hang], backend: { cwd: 'ws/b' } },
  ]);

describe('the first Ctrl-C', () => {
  test('finishes with what exists', async () => {
    const { path, cwd } = await makePlace();
    const terminal = openTerminal(['--config', await halfDone(cwd), 'q'], { cwd });
    await terminal.seen('answers as a.1');
    terminal.type('\u0003');
    await terminal.seen('Finishing with what exists. Ctrl-C again stops now.');
    expect(await terminal.ended).toBe(0);
    expect(terminal.screen).toContain('the only answer');
    expect(terminal.screen).toContain('Limit stopped by you: this is the best there was by then');
    expect(await listed(cwd)).toMatchObject([{ state: 'finished', outcome: 'answered', winner: 'a.1' }]);
    await nothingRunsIn(path);
  });

  test('without an answer ends with the status of an interrupt; the run can be taken up', async () => {
    const model = { awake: false };
    const server = await startModel(() => (model.awake ? answering('now there is one') : [{ type: 'hang' }]));
    const { path, cwd } = await makePlace();
    const flags = ['--backend', 'lmstudio', '--base-url', server.baseUrl, '--model', 'tiny'];
    const running = start([...flags, 'q'], { cwd });
    await running.seen('starts on the task');
    running.kill('SIGINT');
    const { code, stdout, stderr } = await running.ended;
    expect(code).toBe(130);
    expect(stderr).toBe('\nFinishing with what exists. Ctrl-C again stops now.\n');
    expect(stdout).toMatch(
      /No answer: The run was stopped before any answer was given\nTake it up again with: massgen runs resume log_/u,
    );
    expect(stdout).not.toContain('Limit');
    expect(await listed(cwd)).toMatchObject([{ state: 'finished', outcome: 'stopped' }]);
    await nothingRunsIn(path);

    model.awake = true;
    const resumed = await run(['runs', 'resume', 'last'], { cwd });
    expect(resumed).toMatchObject({ code: 0, stderr: '' });
    expect(resumed.stdout).toContain('the run is taken up again');
    expect(resumed.stdout).toContain('now there is one');
    expect(resumed.stdout).toMatch(/^Time {2}\d+\.\d s since it was taken up again$/mu);
    expect(resumed.stdout).toMatch(/^Task {2}q$/mu);
  });

  test('does not wait for a server that is still starting', async () => {
    const { path, cwd } = await makePlace();
    const mcp_servers = { silent: { type: 'stdio', command: 'sleep', args: ['600'] } };
    const running = start(
      [
        '--config',
        await writeTeam(cwd, [{ answers: [hang], backend: { mcp_servers } }]),
        '--output=stream-json',
        'q',
      ],
      { cwd },
    );
    await running.seen('"type":"server.starting"');
    running.kill('SIGINT');
    expect((await running.ended).code).toBe(130);
    await nothingRunsIn(path);
  });

  test('programs get the outcome in one line of JSON', async () => {
    const { cwd } = await makePlace();
    const running = start(
      ['--config', await writeTeam(cwd, [{ answers: [hang] }]), '--output', 'stream-json', 'q'],
      { cwd },
    );
    await running.seen('"type":"turn.started"');
    running.kill('SIGINT');
    const { code, stdout, stderr } = await running.ended;
    expect(code).toBe(130);
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'MG1706' } });
    expect(stdout).toContain('"type":"run.finished"');
  });
});

describe('what stops a run now', () => {
  test.each([
    ['SIGTERM', 143, 'by SIGTERM'],
    ['SIGHUP', 129, 'because the terminal is gone'],
  ] as const)(
    '%s: status %d, nothing is left running, and the run can be taken up',
    async (signal, status, why) => {
      const model = { awake: false };
      const server = await startModel(() => (model.awake ? answering('after all') : [{ type: 'hang' }]));
      const { path, cwd } = await makePlace();
      const flags = ['--backend', 'lmstudio', '--base-url', server.baseUrl, '--model', 'tiny'];
      const running = start([...flags, 'q'], { cwd });
      await running.seen('starts on the task');
      running.kill(signal);
      const ended = await running.ended;
      expect(ended).toMatchObject({ code: status, signal: null });
      const id = (await onlyRun(cwd)).split('/').at(-1) ?? '';
      expect(ended.stderr).toBe(
        `error MG1006: Stopped: ${why}\n  Nothing is lost; go on with: massgen runs resume ${id}\n`,
      );
      await nothingRunsIn(path);
      expect(await listed(cwd)).toMatchObject([{ state: 'interrupted', id }]);

      model.awake = true;

      const resumed = await run(['runs', 'resume', id, '--output', 'json'], { cwd });
      expect(resumed).toMatchObject({ code: 0, stderr: '' });
      expect(JSON.parse(resumed.stdout)).toMatchObject({ outcome: 'answered', answer: 'after all' });
    },
  );

  test('a terminal that goes away', async () => {
    const { path, cwd } = await makePlace();
    const terminal = openTerminal(['--config', await halfDone(cwd), 'q'], { cwd });
    await terminal.seen('answers as a.1');
    terminal.hangUp();
    expect(await terminal.ended).toBe(129);
    await nothingRunsIn(path);
    expect(await listed(cwd)).toMatchObject([{ state: 'interrupted' }]);
  });

  test('output that nobody reads any more', async () => {
    const { path, cwd } = await makePlace();
    const through = ['bash', '-c', '"$@" | head -1; exit ${PIPESTATUS[0]}', 'bash'];
    const { code, stdout, stderr } = await run(['demo', '--output', 'stream-json'], { cwd, through });
    expect(code).toBe(1);
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr.trimEnd()).not.toContain('\n');
    expect(JSON.parse(stderr)).toMatchObject({
      error: {
        code: 'MG1007',
        message: 'Stopped, because the output cannot be written: nobody reads it any more',
      },
    });
    await nothingRunsIn(path);

    const resumed = await run(['runs', 'resume', 'last'], { cwd });
    expect(resumed).toMatchObject({ code: 0, stderr: '' });
    expect(resumed.stdout).toContain('Won   editor.2 with 3 of 3 votes');
    expect(resumed.stdout).toMatch(/^Logs {2}massgen_logs\/log_/mu);
  });

  test('output that finds no room', async () => {
    const { path, cwd } = await makePlace();
    const through = ['sh', '-c', '"$@" > /dev/full', 'sh'];
    const { code, stderr } = await run(['--config', await halfDone(cwd), 'q'], { cwd, through });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^error MG1007: Stopped, because the output cannot be written: ENOSPC.*\n {2}Nothing is lost; go on with: massgen runs resume log_\S+\n$/u,
    );
    await nothingRunsIn(path);
    expect(await listed(cwd)).toMatchObject([{ state: 'interrupted' }]);
  });

  test('kill -9: the servers end by themselves, and the journal is whole', async () => {
    const { path, cwd } = await makePlace();
    const running = start(['--config', await halfDone(cwd), 'q'], { cwd });
    await running.seen('answers as a.1');
    running.kill('SIGKILL');
    expect(await running.ended).toMatchObject({ code: null, signal: 'SIGKILL' });
    await nothingRunsIn(path);
    expect((await journalOf(await onlyRun(cwd))).some(({ type }) => type === 'answer.submitted')).toBe(true);
    expect(await listed(cwd)).toMatchObject([{ state: 'interrupted' }]);
  });
});
