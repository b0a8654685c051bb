/** A conversation: piped lines, a terminal, and what the team is told of what was said before. */
import { describe, expect, test } from 'vitest';
import type { FakeChatServer } from '../../src/testing/fake-chat-server.ts';
import { answering, startModel } from '../fixtures/chat-model.ts';
import { makePlace, openTerminal, run, start } from '../fixtures/command-line.ts';
import { nothingRunsIn, runNames } from '../fixtures/runs-on-disk.ts';
import { answer, hang, writeTeam } from '../fixtures/script-team.ts';

/** A config whose one agent needs no workspace, and so no server beside the model. */
async function modelTeam(cwd: string, { baseUrl }: FakeChatServer): Promise<string> {
  return writeTeam(cwd, [], {
    agents: [{ id: 'solo', backend: { type: 'lmstudio', model: 'tiny', base_url: baseUrl } }],
  });
}

const saidIn = (server: FakeChatServer): readonly string[] =>
  server.requests.map(({ body }) => JSON.stringify(body.messages));

describe('a conversation through a pipe', () => {
  test('asks each line, tells the team what was said before, and forgets it on /clear', async () => {
    const server = await startModel((_, n) => answering(`reply number ${n}`));
    const { path, cwd } = await makePlace();
    const input = [
      '/status',
      'my first question',
      '',
      '   ',
      '/nope with words',
      'my second question',
      '/STATUS',
      '/clear',
      'my third question',
      '/help',
      'QUIT',
      'never asked',
    ].join('\n');
    const { code, stdout, stderr } = await run(['--config', await modelTeam(cwd, server)], { cwd, input });
    expect(code).toBe(0);

    const said = saidIn(server);
    expect(said).toHaveLength(3);
    expect(said[0]).toContain('my first question');
    expect(said[1]).toContain('my first question');
    expect(said[1]).toContain('reply number 1');
    expect(said[1]).toContain('my second question');
    expect(said[2]).toContain('my third question');
    expect(said[2]).not.toMatch(/first|second|reply number/u);

    expect(stdout.match(/^reply number \d$/gmu)).toEqual([
      'reply number 1',
      'reply number 2',
      'reply number 3',
    ]);
    expect(await runNames(cwd)).toHaveLength(3);
    expect(stderr.split('\n').filter((line) => line !== '' && !/^(?:\/|Any other)/u.test(line))).toEqual([
      '1 agent: solo; 0 exchanges',
      'There is no command /nope.',
      '1 agent: solo; 2 exchanges',
      'Forgotten.',
    ]);
    expect(stderr).toContain('/help    this list');
    await nothingRunsIn(path);
  });

  test('ends with its input; without any line nothing is asked', async () => {
    const { cwd } = await makePlace();
    const team = await writeTeam(cwd, [{ answers: [answer('done')] }]);
    expect(await run(['--config', team], { cwd, input: '' })).toMatchObject({
      code: 0,
      stdout: '',
      stderr: '',
    });
    expect(await runNames(cwd)).toEqual([]);
    const { code, stdout } = await run(['--config', team, ' '], { cwd, input: 'a line without an end' });
    expect(code).toBe(0);
    expect(stdout).toContain('Task  a line without an end\n');
  });

  test('goes on after a question that failed, which is not remembered; the last one gives the status', async () => {
    const refuse = { type: 'answer', status: 401, body: { error: { message: 'no' } } } as const;
    const server = await startModel((_, n) => (n === 2 ? answering('fine again') : [refuse]));
    const { cwd } = await makePlace();
    const team = await modelTeam(cwd, server);
    const recovered = await run(['--config', team], { cwd, input: 'question-a\nquestion-b\n' });
    expect(recovered.code).toBe(0);
    expect(recovered.stdout).toContain('No answer: All agents failed');
    expect(recovered.stdout).toContain('fine again');
    expect(saidIn(server)[1]).not.toContain('question-a');
    expect((await run(['--config', team], { cwd, input: 'three\n' })).code).toBe(3);
  });

  test('for programs: a result for each question, on stdout alone', async () => {
    const { cwd } = await makePlace();
    const team = await writeTeam(cwd, [{ answers: [answer('said: {{question}}')] }]);
    const { stdout, stderr } = await run(['--config', team, '--output', 'json'], {
      cwd,
      input: 'one\ntwo\n',
    });
    expect(stderr).toBe('');
    const results = stdout
      .trimEnd()
      .split(/(?<=^\})\n/mu)
      .map((text) => JSON.parse(text) as unknown);
    expect(results).toMatchObject([{ answer: 'said: one' }, { answer: 'said: two' }]);
  });

  test('takes a question of a megabyte', async () => {
    const server = await startModel((body) => answering(`${JSON.stringify(body.messages).length}`));
    const { cwd } = await makePlace();
    const question = 'long '.repeat(200_000);
    const ended = await run(['--config', await modelTeam(cwd, server), '--output', 'json'], {
      cwd,
      input: question,
    });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(Number((JSON.parse(ended.stdout) as { answer: string }).answer)).toBeGreaterThan(1_000_000);
    expect((await run(['runs', 'list'], { cwd })).stdout.length).toBeLessThan(200);
  });

  test.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('ends as a whole on %s, not only its question', async (signal, status) => {
    const { path, cwd } = await makePlace();
    const team = await writeTeam(cwd, [{ answers: [{ text: 'on it\n' }, hang] }]);
    const conversation = start(['--config', team], { cwd, input: 'one\ntwo\n' });
    await conversation.seen('on it');
    conversation.kill(signal);
    expect(await conversation.ended).toMatchObject({ code: status, signal: null });
    expect(await runNames(cwd)).toHaveLength(1);
    await nothingRunsIn(path);
  });
});

describe('a conversation in a terminal', () => {
  test('greets, prompts, answers, and leaves on Ctrl-D', async () => {
    const { cwd } = await makePlace();
    const team = await writeTeam(cwd, [{ answers: [answer('said: {{question}}')] }]);
    const terminal = openTerminal(['--config', team], { cwd });
    await terminal.seen('Team: a. /help lists the commands.\r\n\r\n> ');
    terminal.type('\r');
    await terminal.seen('Type a question, or /help.');
    terminal.type('hello\r');
    await terminal.seen('said: hello');
    await terminal.seen('Logs  ');
    terminal.type('/status\r');
    await terminal.seen('1 agent: a; 1 exchange\r\n\r\n> ');
    terminal.type('\u0004');
    expect(await terminal.ended).toBe(0);
  });

  test('Ctrl-C ends a question, and at the prompt the conversation', async () => {
    const { path, cwd } = await makePlace();
    const team = await writeTeam(cwd, [{ answers: [{ text: 'on it\n' }, hang] }]);
    const terminal = openTerminal(['--config', team], { cwd });
    await terminal.seen('> ');
    terminal.type('hello\r');
    await terminal.seen('on it');
    terminal.type('\u0003');
    await terminal.seen('Finishing with what exists. Ctrl-C again stops now.');
    await terminal.seen('No answer: The run was stopped before any answer was given');
    await terminal.seen('Logs  ');
    terminal.type('/status\r');
    await terminal.seen('1 agent: a; 0 exchanges');
    terminal.type('\u0003');
    expect(await terminal.ended).toBe(130);
    await nothingRunsIn(path);
  });
});
