/** Agents and servers that do what they should not: the run says what happened and goes on, or ends with its status. */
import { describe, expect, test } from 'vitest';
import { answering, startModel } from '../fixtures/chat-model.ts';
import { makePlace, run } from '../fixtures/command-line.ts';
import { journalOf, nothingRunsIn, onlyRun } from '../fixtures/runs-on-disk.ts';
import { answer, hang, vote, writeTeam } from '../fixtures/script-team.ts';

describe.concurrent('agents that misbehave', () => {
  test('one that fails each time is left out, with the reason', async ({ onTestFinished }) => {
    const { cwd } = await makePlace(onTestFinished);
    const team = await writeTeam(cwd, [
      { answers: [answer('good')], decides: [vote('self', 'mine')] },
      { answers: [{ error: 'over\u001B[31mloaded' }], decides: [{ error: 'again' }] },
    ]);
    const { code, stdout } = await run(['--config', team, 'q'], { cwd });
    expect(code).toBe(0);
    expect(stdout).toContain(
      'b    turn failed: The script of this agent says that the turn fails: overloaded (MG1651) · tries again in 1.0 s',
    );
    expect(stdout).toContain(
      'b    retired after 3 failures: The script of this agent says that the turn fails: again (MG1651)',
    );
    expect(stdout).toContain('Won   a.1');
    expect(stdout).not.toContain('\u001B');
  });

  test('when all of them fail, the status says so and programs get the reason of each', async ({
    onTestFinished,
  }) => {
    const { cwd } = await makePlace(onTestFinished);
    const team = await writeTeam(cwd, [{ answers: [{ error: 'one' }] }, { answers: [{ error: 'two' }] }]);
    const { code, stdout, stderr } = await run(['--config', team, '--output', 'json', 'q'], { cwd });
    expect(code).toBe(5);
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'all_failed', error: { code: 'MG1707' } });
    expect(stderr.trimEnd()).not.toContain('\n');
    const { error } = JSON.parse(stderr) as {
      error: { data: { failures: readonly { agent: string; message: string }[] } };
    };
    expect(error).toMatchObject({ code: 'MG1707' });
    expect(error.data.failures.toSorted((a, b) => (a.agent < b.agent ? -1 : 1))).toMatchObject([
      { agent: 'a', code: 'MG1651', message: expect.stringContaining('one') },
      { agent: 'b', code: 'MG1651', message: expect.stringContaining('two') },
    ]);
  });

  test('one that votes for nobody is asked again, then left out', async ({ onTestFinished }) => {
    const { cwd } = await makePlace(onTestFinished);
    const team = await writeTeam(cwd, [
      { answers: [answer('good')], decides: [vote('self')] },
      { answers: [{ text: 'hm' }], decides: [{ text: 'I cannot say.' }] },
    ]);
    const { code, stdout } = await run(['--config', team, 'q'], { cwd });
    expect(code).toBe(0);
    expect(stdout).toContain('asked again: You ended without a decision.\n');
    expect(stdout).toMatch(/b +retired after 3 failures: The agent ended three attempts without a decision/u);
    expect(stdout).toContain('Won   a.1');
  });

  test('one that answers the same text as another is told, and the text counts once', async ({
    onTestFinished,
  }) => {
    const { cwd } = await makePlace(onTestFinished);
    const same = { answers: [answer('the same')], decides: [vote('first')] };
    const team = await writeTeam(cwd, [{ ...same, decides: [answer('the same'), vote('first')] }, same]);
    const { code, stdout } = await run(['--config', team, 'q'], { cwd });
    expect(code).toBe(0);
    expect(stdout).toContain('asked again: This answer was already given.\n');
    const submitted = (await journalOf(await onlyRun(cwd))).filter(({ type }) => type === 'answer.submitted');
    expect(submitted).toHaveLength(1);
  });

  test('one that calls a tool that is not there is told, and goes on', async ({ onTestFinished }) => {
    const { cwd } = await makePlace(onTestFinished);
    const team = await writeTeam(cwd, [
      { answers: [{ tool: 'mcp__nothing__do', args: { a: 1 }, save: 'said' }, answer('{{said}}')] },
    ]);
    const { code, stdout } = await run(['--config', team, 'q'], { cwd });
    expect(code).toBe(0);
    expect(stdout).toContain('tool mcp__nothing__do denied, 0 ms: There is no tool of that name');
  });

  test('one that hangs is ended at the limit of its turns', async ({ onTestFinished }) => {
    const { cwd } = await makePlace(onTestFinished);
    const team = await writeTeam(
      cwd,
      [
        { answers: [answer('in time')], decides: [vote('self')] },
        { answers: [hang], decides: [hang] },
      ],
      {
        timeout_settings: { turn_hard_seconds: 0.2 },
      },
    );
    const { code, stdout } = await run(['--config', team, 'q'], { cwd });
    expect(code).toBe(0);
    expect(stdout).toMatch(/b +turn failed: The turn took longer than its hard limit.* \(MG1702\)/u);
    expect(stdout).toMatch(/b +retired after 3 failures/u);
    expect(stdout).toContain('Won   a.1');
  });
});

describe('servers that misbehave', () => {
  test('each that does not start is named with the reason, and the agents go on without', async () => {
    const { path, cwd } = await makePlace();
    const mcp_servers = {
      ghost: { type: 'stdio', command: 'no-such-program' },
      dies: { type: 'stdio', command: 'sh', args: ['-c', 'echo "no database" >&2; exit 3'] },
      needs: { type: 'stdio', command: 'cat', args: ['${NOT_SET_ANYWHERE}'] },
      closed: { type: 'streamable-http', url: 'http://127.0.0.1:9/mcp' },
    };
    const team = await writeTeam(cwd, [{ answers: [answer('without them')], backend: { mcp_servers } }]);
    const { code, stdout } = await run(['--config', team, 'q'], { cwd });
    expect(code).toBe(0);
    expect(stdout).toMatch(/MCP server ghost: .*its command was not found.*no-such-program.* \(MG1401\)/u);
    expect(stdout).toMatch(/MCP server dies: The MCP server did not start[\s\S]*no database/u);
    expect(stdout).toMatch(/MCP server needs: .*NOT_SET_ANYWHERE \(MG1407\)/u);
    expect(stdout).toMatch(/MCP server closed: /u);
    expect(stdout).toContain('without them');
    await nothingRunsIn(path);
  });

  test('what a model says is no command to the terminal', async () => {
    const evil = '\u001B]0;title\u0007\u001B[2J\u009B31m\u202Egnp.exe\rover';
    const server = await startModel(() => [
      { type: 'text', text: `${evil}\n` },
      ...answering(`${evil} answer`),
    ]);
    const { cwd } = await makePlace();
    const flags = ['--backend', 'lmstudio', '--base-url', server.baseUrl, '--model', 'tiny\u001B[31m'];
    const { code, stdout } = await run([...flags, `${evil} question`], { cwd });
    expect(code).toBe(0);
    for (const word of ['question', 'answer', 'gnp.exe']) expect(stdout).toContain(word);
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202E]/u);
  });
});
