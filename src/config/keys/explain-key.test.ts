import { describe, expect, it } from 'vitest';
import { configReference } from './config-reference.ts';
import { explainKey } from './explain-key.ts';
import { keyTree, type KeyNode } from './key-node.ts';

function paths(key: string): readonly string[] {
  const result = explainKey(key);
  return result.type === 'found' ? result.explanations.map(({ path }) => path) : [`?${result.didYouMean}`];
}

describe('a key is explained', () => {
  it('with type, default, words, example and meaning', () => {
    expect(explainKey('orchestrator.coordination.on_new_answer')).toEqual({
      type: 'found',
      explanations: [
        {
          path: 'orchestrator.coordination.on_new_answer',
          type: 'text',
          required: false,
          default: 'inject',
          allowed: ['inject', 'restart', 'wait'],
          description: expect.stringContaining('at its next safe point') as string,
          keys: [],
        },
      ],
    });
    expect(explainKey('timeout_settings.orchestrator_timeout_seconds')).toMatchObject({
      explanations: [{ type: 'number, or null', default: '1800', example: '600' }],
    });
    expect(explainKey('mcp_servers.args')).toMatchObject({
      explanations: [{ type: 'list of text', default: '[]' }],
    });
  });

  it('with the default of each type of backend', () => {
    expect(explainKey('backend.base_url')).toMatchObject({
      explanations: [
        { default: expect.stringMatching(/^https:\/\/api\.x\.ai\/v1 \(grok\), https:/) as string },
      ],
    });
    expect(explainKey('max_tokens')).toMatchObject({ explanations: [{ default: '4096 (claude)' }] });
    expect(explainKey('permission_mode')).toMatchObject({
      explanations: [{ default: 'acceptEdits', backends: ['claude_code'] }],
    });
  });

  it('with the keys below it', () => {
    const result = explainKey('timeout_settings');
    expect(result.type === 'found' && result.explanations[0]?.keys.map(({ path }) => path)).toEqual([
      'timeout_settings.orchestrator_timeout_seconds',
      'timeout_settings.turn_soft_seconds',
      'timeout_settings.turn_hard_seconds',
      'timeout_settings.presentation_timeout_seconds',
    ]);
    const all = explainKey('');
    expect(all.type === 'found' && all.explanations[0]?.keys.map(({ path }) => path)).toEqual([
      'agent',
      'agents',
      'ui',
      'orchestrator',
      'timeout_settings',
      'filesystem',
      'logging',
      'display',
    ]);
  });

  it.each([
    ['agents[0].backend.model', ['agents[].backend.model']],
    ['agent.backend.model', ['agents[].backend.model']],
    ['backend.model', ['agents[].backend.model']],
    ['ui', ['ui']],
    ['agent', ['agent']],
    ['security.env.mode', ['agents[].backend.mcp_servers[].security.env.mode']],
    ['mcp_servers.env.TOKEN', ['agents[].backend.mcp_servers[].env.<NAME>']],
    ['steps.vote.agent', ['agents[].backend.turns[].steps[].vote.agent']],
    [
      'cwd',
      [
        'agents[].backend.cwd',
        'agents[].backend.mcp_servers[].cwd',
        'agents[].backend.filesystem.server.cwd',
        'filesystem.server.cwd',
      ],
    ],
  ])('by %s', (key, expected) => {
    expect(new Set(paths(key))).toEqual(new Set(expected));
  });

  it.each([
    ['modle', '?agents.backend.model'],
    ['timeout_setings', '?timeout_settings'],
    ['ui.displaytype', '?ui.display_type'],
    ['nothing_like_it', '?undefined'],
    ['constructor', '?undefined'],
  ])('or what was meant by %s', (key, expected) => {
    expect(paths(key)).toEqual([expected]);
  });
});

describe('the reference', () => {
  it('has one row a key, each with a meaning', () => {
    const rows = configReference().trim().split('\n').slice(2);
    const keys = rows.map((row) => row.split(' | ')[0]);
    expect(new Set(keys).size).toBe(keys.length);
    for (const row of rows) expect(row).toMatch(/^\| `[^`]+` \| [^|]+ \|[^|]*\| \S[^|]+ \|$/);
    expect(rows).toContain(
      '| `orchestrator.max_new_answers_per_agent` | whole number | `5` | Answers one agent may give; afterwards it can only vote. |',
    );
  });

  it('has a description for every key of the schema', () => {
    const undescribed = (node: KeyNode): string[] => [
      ...[...node.children.values()].flatMap((child) =>
        child.description === undefined ? [child.path] : undescribed(child),
      ),
      ...(node.item === undefined ? [] : undescribed(node.item)),
    ];
    expect(undescribed(keyTree())).toEqual([]);
  });
});
