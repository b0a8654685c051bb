/** A team that plans: what reaches out is described while it coordinates, and made once, by the winner, at the end. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makePlace, run } from '../fixtures/command-line.ts';
import { runNames } from '../fixtures/runs-on-disk.ts';

const send = { tool: 'mcp__post__mcp_echo', args: { message: 'to all customers' }, save: 'sent' };

function agent(id: string, votesFor: string): unknown {
  return {
    id,
    backend: {
      type: 'script',
      cwd: `ws/${id}`,
      mcp_servers: {
        post: { command: 'massgen', args: ['mcp', 'test-server'], effects: { mcp_echo: ['Net'] } },
      },
      turns: [
        {
          when: 'no_answers',
          steps: [
            {
              tool: 'mcp__filesystem__write_file',
              args: { path: '{{workspace}}/letter.md', content: 'Dear all' },
            },
            send,
            { new_answer: { content: `${id} was told: {{sent}}` } },
          ],
        },
        { when: 'has_answers', steps: [{ vote: { agent: votesFor, reason: 'good plan' } }] },
        { when: 'presenting', steps: [send, { text: 'Done: {{sent}}' }] },
      ],
    },
  };
}

async function planTeam(cwd: string, agents: readonly unknown[], more: object = {}): Promise<string> {
  const path = join(cwd, 'team.json');
  const coordination = { on_new_answer: 'wait', enable_planning_mode: true, ...more };
  await writeFile(path, JSON.stringify({ agents, orchestrator: { coordination } }));
  return path;
}

async function calls(cwd: string): Promise<readonly string[]> {
  const [name = ''] = await runNames(cwd);
  const lines = (await readFile(join(cwd, 'massgen_logs', name, 'journal.jsonl'), 'utf8')).trim().split('\n');
  return lines
    .map((line) => JSON.parse(line) as { type: string; agent?: string; tool?: string; outcome?: string })
    .filter(({ type, tool }) => type === 'tool.call.finished' && tool?.startsWith('mcp__'))
    .map(({ agent: who, tool, outcome }) => `${who} ${tool?.split('__').at(-1)} ${outcome}`)
    .toSorted();
}

test('two agents plan, each in its own workspace, and only the winner acts', async () => {
  const { cwd } = await makePlace();
  const team = await planTeam(cwd, [agent('alpha', 'alpha'), agent('beta', 'alpha')]);
  const { code, stdout } = await run(['--config', team, 'Tell the customers.'], { cwd });
  expect(code).toBe(0);
  expect(await calls(cwd)).toEqual([
    'alpha mcp_echo denied',
    'alpha mcp_echo ok',
    'alpha write_file ok',
    'beta mcp_echo denied',
    'beta write_file ok',
  ]);
  expect(stdout).toContain('Done: Echo: to all customers');
  expect(stdout).toContain('because the team is still planning');
});

test('one agent alone gets a final turn to act in', async () => {
  const { cwd } = await makePlace();
  const { code, stdout } = await run(
    ['--config', await planTeam(cwd, [agent('solo', 'solo')]), 'Tell them.'],
    { cwd },
  );
  expect(code).toBe(0);
  expect(await calls(cwd)).toEqual(['solo mcp_echo denied', 'solo mcp_echo ok', 'solo write_file ok']);
  expect(stdout).toContain('Done: Echo: to all customers');
});
