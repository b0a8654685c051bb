import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { configFromValue, parseConfig } from './parse-config.ts';
import { providerKeys } from './provider-keys.ts';
import { providerOf } from './provider-of.ts';
import { providerTable } from './provider-table.ts';
import { backendTypes } from './schema/backend-types.ts';
import type { MassGenConfig } from './schema/massgen-config.ts';

function config(value: unknown): MassGenConfig {
  const loaded = configFromValue(value);
  if (loaded.config === undefined) throw new Error(JSON.stringify(loaded.diagnostics));
  return loaded.config;
}

function fixture(name: string): MassGenConfig {
  const text = readFileSync(new URL(`../../test/fixtures/configs/${name}`, import.meta.url), 'utf8');
  const loaded = parseConfig(text, { format: name.endsWith('json') ? 'json' : 'yaml' });
  if (loaded.config === undefined) throw new Error(JSON.stringify(loaded.diagnostics));
  return loaded.config;
}

describe('a config', () => {
  it('has its defaults filled in', () => {
    expect(config({ agent: { backend: { type: 'lmstudio' } } })).toEqual({
      agents: [
        {
          id: 'agent1',
          backend: {
            type: 'lmstudio',
            model: 'gpt-4o-mini',
            base_url: 'http://localhost:1234/v1',
            enable_web_search: false,
            mcp_servers: [],
            exclude_tools: [],
          },
        },
      ],
      ui: {
        display_type: 'rich_terminal',
        logging_enabled: true,
        use_orchestrator_for_single_agent: true,
        debug: false,
      },
      orchestrator: {
        context_paths: [],
        apply: 'auto',
        enforce_read_before_delete: false,
        sandbox: 'auto',
        max_new_answers_per_agent: 5,
        final_answer_strategy: 'winner_present',
        coordination: { on_new_answer: 'inject', enable_planning_mode: false },
      },
      timeout_settings: {
        orchestrator_timeout_seconds: 1800,
        turn_hard_seconds: 900,
        presentation_timeout_seconds: 300,
      },
      filesystem: {},
      logging: { mcp: { level: 'info', servers: {}, max_file_mb: 10, max_files: 5, max_run_mb: 200 } },
    });
  });

  it.each([
    ['openai', 'gpt-4o-mini'],
    ['claude', 'claude-3-sonnet-20240229'],
    ['grok', 'grok-2-1212'],
    ['gemini', 'gemini-2.5-flash'],
    ['zai', 'glm-4.5'],
    ['chatcompletion', 'gpt-oss-120b'],
    ['lmstudio', 'gpt-4o-mini'],
  ])('has the default model of %s', (type, model) => {
    const { backend } = config({ agents: [{ backend: { type } }] }).agents[0];
    expect(backend).toMatchObject({ type, model });
    const provider = 'model' in backend ? providerOf(backend) : undefined;
    if (provider?.defaultModel !== undefined && type !== 'chatcompletion')
      expect(provider.defaultModel).toBe(model);
  });

  it.each([
    ['GPT-5', 'openai'],
    ['o4-mini-high', 'openai'],
    ['', 'openai'],
    ['claude-3-opus-20240229', 'claude'],
    ['gemini-2.5-pro', 'gemini'],
    ['grok-4', 'grok'],
    ['glm-4.5-air', 'zai'],
  ])('tells from the model %j the type %s', (model, type) => {
    const written = {
      agents: [{ backend: { model: model || undefined, type: model === '' ? 'openai' : undefined } }],
    };
    expect(config(written).agents[0].backend.type).toBe(type);
  });

  it('takes the type in any case', () => {
    expect(config({ agents: [{ backend: { type: ' LMStudio ' } }] }).agents[0].backend.type).toBe('lmstudio');
  });

  it('has agents in a list, from a list, a map, or one alone', () => {
    const backend = { type: 'script', turns: [{ steps: [] }] };
    const ids = (value: unknown): string[] => config(value).agents.map(({ id }) => id);
    expect(ids({ agents: [{ backend }, { id: 'b', backend }, { backend }] })).toEqual([
      'agent1',
      'b',
      'agent3',
    ]);
    expect(ids({ agents: { x: { backend }, y: { id: 'y', backend } } })).toEqual(['x', 'y']);
    expect(ids({ agent: { backend }, agents: [{ id: 'a', backend }] })).toEqual(['agent1']);
    expect(ids({ agent: null, agents: [{ id: 'a', backend }] })).toEqual(['a']);
  });

  it('has servers in one form, from a list or a map', () => {
    const servers = (mcp_servers: unknown): unknown =>
      config({ agent: { backend: { type: 'lmstudio', mcp_servers } } }).agents[0].backend.mcp_servers;
    const files = {
      name: 'files',
      type: 'stdio',
      command: 'npx',
      args: ['-y', 'a b', 'c'],
      env: {},
      exclude_tools: [],
      sandbox: 'auto',
    };
    expect(servers({ files: { command: 'npx -y "a b"', args: ['c'] } })).toEqual([files]);
    expect(servers([{ name: 'files', type: 'stdio', command: ['npx', '-y', 'a b', 'c'] }])).toEqual([files]);
    expect(servers({ files: { args: ['npx', '-y', 'a b', 'c'] } })).toEqual([files]);
    expect(servers({ web: { url: 'https://a.example/mcp', timeout: 5, headers: { A: 'b' } } })).toEqual([
      {
        name: 'web',
        type: 'streamable-http',
        url: 'https://a.example/mcp',
        headers: { A: 'b' },
        timeout: 5,
        exclude_tools: [],
      },
    ]);
    expect(servers(null)).toEqual([]);
    expect(servers({})).toEqual([]);
    expect(servers([])).toEqual([]);
  });

  it('keeps references to variables as they are written', () => {
    const text = JSON.stringify(fixture('mcp-list.yaml'));
    expect(text).toContain('${BRAVE_API_KEY}');
  });

  it('keeps null where it means no limit', () => {
    const timeouts = { orchestrator_timeout_seconds: null, turn_hard_seconds: null };
    const { timeout_settings } = config({
      agent: { backend: { type: 'lmstudio' } },
      timeout_settings: timeouts,
    });
    expect(timeout_settings).toEqual({ ...timeouts, presentation_timeout_seconds: 300 });
  });

  it('counts empty keys as absent', () => {
    const empty = { ui: null, orchestrator: { context_paths: null }, timeout_settings: null };
    const agent = {
      id: null,
      system_message: '',
      backend: { type: 'lmstudio', cwd: null, mcp_servers: null },
    };
    expect(config({ agent, ...empty })).toEqual(config({ agent: { backend: { type: 'lmstudio' } } }));
  });

  it('has the steps of a script', () => {
    const [writer, breaker] = fixture('scripted.yaml').agents;
    expect(writer.backend).toMatchObject({
      type: 'script',
      chunk: 5,
      delay_ms: 0,
      repeat_last: true,
      turns: [
        {
          when: 'no_answers',
          steps: [
            { text: 'Looking at the task. ', delay_ms: 10 },
            { tool: 'mcp__filesystem__write_file', args: { content: 'hello' }, save: 'notes' },
            { sleep_ms: 50 },
            { new_answer: { content: 'See notes.md: {{notes | lines}}' } },
          ],
        },
        { when: 'has_answers', steps: [{ vote: { agent: 'self', reason: 'complete' } }] },
      ],
    });
    expect(breaker?.backend).toMatchObject({
      chunk: 24,
      repeat_last: false,
      turns: [
        { when: 'always', steps: [{ error: 'overloaded' }] },
        { when: 'always', steps: [{ hang: true }, { crash: true }] },
      ],
    });
  });

  it('has context paths from texts and maps', () => {
    expect(fixture('scripted.yaml').orchestrator.context_paths).toEqual([
      { path: 'docs', permission: 'read', protected_paths: [] },
      { path: 'src', permission: 'write', protected_paths: ['.git'] },
    ]);
  });

  it('is read from JSON with tabs as from YAML', () => {
    expect(fixture('team.json').agents.map(({ id, backend }) => [id, backend.type])).toEqual([
      ['one', 'openai'],
      ['agent2', 'zai'],
    ]);
  });

  it('hands unknown keys of model backends on', () => {
    const backend = { type: 'lmstudio', model: 'm', seed: 7, permission_mode: 'plan' };
    const loaded = configFromValue({ agent: { backend } });
    expect(loaded.config && providerKeys(loaded.config.agents[0].backend)).toEqual({ seed: 7 });
    const script = config({ agent: { backend: { type: 'script', turns: [{ steps: [] }], seed: 7 } } });
    expect(providerKeys(script.agents[0].backend)).toEqual({});
  });

  it('gives itself when it is checked again', () => {
    for (const name of [
      'team-of-three.yaml',
      'mcp-http-permissive.yaml',
      'scripted.yaml',
      'flow-sequence.yaml',
    ]) {
      const once = fixture(name);
      expect(config(once)).toEqual(once);
    }
  });

  it('has a digest of its text and the name it was given', () => {
    const loaded = parseConfig('agents: []', { format: 'yaml', name: 'a.yaml' });
    expect(loaded.digest).toBe('f82b51de2888a22623f5da571fe6f9971790f364e392a4bda5df01dd026f1a3b');
    expect(loaded.diagnostics[0]?.file).toBe('a.yaml');
  });

  it('may start with a byte order mark', () => {
    for (const [text, format] of [
      ['\ufeffagent: { backend: { type: lmstudio } }', 'yaml'],
      ['\ufeff{ "agent": { "backend": { "type": "lmstudio" } } }', 'json'],
    ] as const) {
      expect(parseConfig(text, { format }).config).toBeDefined();
    }
  });

  it.each([
    ['a list that contains itself', cyclicList(), 'contains itself'],
    ['a map of endless repetition', repeatedMap(), 'has too many parts'],
    ['a function', { agents: () => 1 }, 'is not plain data'],
    ['a date', { agents: new Date(0) }, 'is not plain data'],
  ])('built in code is refused for %s', (_, value, message) => {
    expect(configFromValue(value)).toMatchObject({ diagnostics: [{ severity: 'error', message }] });
  });
});

describe('the providers', () => {
  it('have a variable where their host is known', () => {
    for (const { hostSuffixes, keyVariables } of providerTable) {
      expect(keyVariables.length > 0).toBe(hostSuffixes.length > 0);
    }
  });

  it('are told for every type of backend that calls a model', () => {
    const told = backendTypes.filter((type) => providerOf({ type }) !== undefined);
    expect(told).toEqual(backendTypes.filter((type) => type !== 'acp' && type !== 'script'));
  });
});

function cyclicList(): unknown {
  const list: unknown[] = [];
  list.push(list);
  return list;
}

function repeatedMap(): unknown {
  return Array.from({ length: 40 }).reduce((part: unknown) => ({ a: part, b: part }), {});
}
