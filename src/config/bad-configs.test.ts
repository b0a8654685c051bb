import { describe, expect, it } from 'vitest';
import { parseConfig, type ParseOptions } from './parse-config.ts';

function findings(text: string, options: Partial<ParseOptions> = {}): string[] {
  const { diagnostics } = parseConfig(text, { format: 'yaml', ...options });
  return diagnostics.map(({ line, column, severity, code, keyPath, message, hint }) =>
    [`${line}:${column} ${severity} ${code}`, keyPath ?? '-', message, hint].join(' | '),
  );
}

/** A config of one agent that runs a script, with the lines given put in after it. */
const agents = 'agents:\n  - backend: { type: script, turns: [{ steps: [] }] }\n';

function server(...lines: readonly string[]): string {
  const head = ['agents:', '  - backend:', '      type: lmstudio', '      mcp_servers:', '        files:'];
  return [...head, ...lines.map((line) => `          ${line}`), ''].join('\n');
}

function backend(...lines: readonly string[]): string {
  return ['agents:', '  - backend:', ...lines.map((line) => `      ${line}`), ''].join('\n');
}

function step(text: string): string {
  return `agents:\n  - backend: { type: script, turns: [{ steps: [${text}] }] }\n`;
}

describe('bad input is told with its place and what to do', () => {
  const table: readonly (readonly [what: string, text: string, ...findings: string[]])[] = [
    ['an empty text', '', '1:1 error MG1108 | - | the config is empty | A config needs at least `agents`.'],
    [
      'a text of comments',
      '# nothing\n',
      '1:1 error MG1108 | - | the config is empty | A config needs at least `agents`.',
    ],
    [
      'a list',
      '- a\n',
      '1:1 error MG1116 | - | a config is a map of keys such as `agents` | See what the key takes with `massgen config explain KEY`.',
    ],
    [
      'no agents',
      'ui: {}\n',
      '1:1 error MG1119 | - | names no agents | Add `agents:` with at least one agent, or `agent:` with one.',
    ],
    [
      'an empty list of agents',
      'agents: []\n',
      '1:1 error MG1119 | - | names no agents | Add `agents:` with at least one agent, or `agent:` with one.',
    ],
    [
      'an unknown backend type',
      backend('type: Opneai'),
      '3:13 error MG1120 | agents[0].backend.type | "Opneai" is not a backend type | Did you mean `openai`?',
    ],
    [
      'a backend without type and model',
      backend('temperature: 1'),
      '2:5 error MG1121 | agents[0].backend.type | the backend needs a `type`, or a `model` that tells it | Add `type:` to the backend.',
    ],
    [
      'a model that tells no type',
      backend('model: gpt-5-nanoo'),
      '3:14 error MG1121 | agents[0].backend.model | the model "gpt-5-nanoo" does not tell the type of the backend | Add `type:` to the backend, or did you mean the model `gpt-5-nano`?',
    ],
    [
      'an agent without backend',
      'agents:\n  - id: a\n',
      '2:5 error MG1118 | agents[0].backend | `backend` is missing | Add the key.',
    ],
    [
      'an agent that is a text',
      'agents: [claude]\n',
      '1:10 error MG1116 | agents[0] | must be a map, not a text | See what the key takes with `massgen config explain agents`.',
    ],
    [
      'agents that are a text',
      'agents: claude\n',
      '1:9 error MG1116 | agents | must be a list or a map, not a text | See what the key takes with `massgen config explain agents`.',
    ],
    [
      'an unknown key at the top',
      `${agents}timeout_setings: {}\n`,
      '3:1 warning MG1115 | timeout_setings | unknown key "timeout_setings" | Did you mean `timeout_settings`?',
    ],
    [
      'an unknown key for the provider',
      backend('type: lmstudio', 'temprature: 1'),
      '4:7 warning MG1129 | agents[0].backend.temprature | unknown key "temprature" is handed to the provider unchanged | Did you mean `temperature`?',
    ],
    [
      'a key of another type of backend',
      backend('type: lmstudio', 'permission_mode: plan'),
      '4:7 warning MG1115 | agents[0].backend.permission_mode | `permission_mode` is a key of claude_code; a backend of type lmstudio ignores it | See the keys with `massgen config explain`.',
    ],
    [
      'a type this version cannot run',
      backend('type: claude_code'),
      '3:13 warning MG1130 | agents[0].backend.type | backends of type claude_code are checked, but this version cannot run them yet | This version runs the types openai, claude, gemini, grok, azure_openai, chatcompletion, zai, lmstudio, ollama, vllm and script.',
    ],
    [
      'agent and agents',
      `${agents}agent: { backend: { type: lmstudio } }\n`,
      '1:1 warning MG1128 | agents | `agent` is stronger than `agents`: these agents are ignored | It can be removed.',
    ],
    [
      'two agents of one id',
      'agents:\n  - { id: a, backend: { type: lmstudio } }\n  - { id: a, backend: { type: lmstudio } }\n',
      '3:11 error MG1123 | agents[1].id | the agent id "a" is used twice | Give each agent an id of its own; upper and lower case do not count as different.',
    ],
    [
      'an id that is the default one of another agent',
      'agents:\n  - { id: agent2, backend: { type: lmstudio } }\n  - { backend: { type: lmstudio } }\n',
      '3:5 error MG1123 | agents[1].id | the agent id "agent2" is used twice | Give each agent an id of its own; upper and lower case do not count as different.',
    ],
    [
      'ids that differ in case, in the map form',
      'agents:\n  Ann: { backend: { type: lmstudio } }\n  ann: { backend: { type: lmstudio } }\n',
      '3:3 error MG1123 | agents.ann | the agent ids "Ann" and "ann" differ only in case | Give each agent an id of its own; upper and lower case do not count as different.',
    ],
    [
      'a key and an id that differ',
      'agents:\n  a: { id: b, backend: { type: lmstudio } }\n',
      '2:12 error MG1125 | agents.a.id | the key "a" and the `id` in it differ | Remove one of them.',
    ],
    [
      'servers whose names differ in case',
      backend('type: lmstudio', 'mcp_servers: { a: { command: x }, A: { command: x } }'),
      '4:41 error MG1124 | agents[0].backend.mcp_servers.A | the server names "a" and "A" differ only in case | Give each server of an agent a name of its own; upper and lower case do not count as different.',
    ],
    [
      'a server without a name',
      backend('type: lmstudio', 'mcp_servers: [{ command: x }]'),
      '4:21 error MG1118 | agents[0].backend.mcp_servers[0].name | `name` is missing | Add the key.',
    ],
    [
      'a server with an odd name',
      backend('type: lmstudio', 'mcp_servers: { "my files": { command: x } }'),
      '4:22 error MG1117 | agents[0].backend.mcp_servers["my files"] | "my files" may contain only letters, digits, `_` and `-` | See what the key takes with `massgen config explain backend.mcp_servers`.',
    ],
    [
      'servers that are a text',
      backend('type: lmstudio', 'mcp_servers: weather'),
      '4:20 error MG1116 | agents[0].backend.mcp_servers | must be a list or a map, not a text | See what the key takes with `massgen config explain backend.mcp_servers`.',
    ],
    [
      'an empty server in a list',
      backend('type: lmstudio', 'mcp_servers: [{ name: a, command: x }, null]'),
      '4:46 error MG1116 | agents[0].backend.mcp_servers[1] | must be a map, not empty | See what the key takes with `massgen config explain backend.mcp_servers`.',
    ],
    [
      'an empty server in a map',
      server(),
      '5:9 error MG1116 | agents[0].backend.mcp_servers.files | must be a map, not empty | See what the key takes with `massgen config explain backend.mcp_servers`.',
    ],
    [
      'the transport sse',
      server('type: sse', 'url: https://a.example/sse'),
      '6:17 error MG1117 | agents[0].backend.mcp_servers.files.type | "sse" is not one of stdio, streamable-http | Write `type: streamable-http` if the server speaks it; older HTTP transports are not supported.',
    ],
    [
      'stdio with a url',
      server('type: stdio', 'url: https://a.example/mcp'),
      '7:16 error MG1125 | agents[0].backend.mcp_servers.files.url | `type: stdio` and `url` exclude each other | Remove one of them.',
    ],
    [
      'streamable-http with a command',
      server('type: streamable-http', 'command: npx'),
      '7:20 error MG1125 | agents[0].backend.mcp_servers.files.command | `type: streamable-http` and `command` exclude each other | Remove one of them.',
    ],
    [
      'a url with arguments',
      server('url: https://a.example/mcp', 'args: [a]'),
      '7:17 error MG1125 | agents[0].backend.mcp_servers.files.args | `url` and `args` exclude each other | Remove one of them.',
    ],
    [
      'streamable-http without a url',
      server('type: streamable-http'),
      '5:9 error MG1118 | agents[0].backend.mcp_servers.files.url | `type: streamable-http` needs a `url` | Add the key.',
    ],
    [
      'a server that says nothing',
      server('timeout: 5', 'url:'),
      '5:9 error MG1118 | agents[0].backend.mcp_servers.files.command | needs a `command` to start or a `url` to call | Add the key.',
      '7:11 note MG1128 | agents[0].backend.mcp_servers.files.url | is empty and counts as absent | It can be removed.',
    ],
    [
      'keys for the other way to reach a server',
      server('command: x', 'headers: { A: b }'),
      '7:11 warning MG1128 | agents[0].backend.mcp_servers.files.headers | `headers` has no effect on a server with a `command` | It can be removed.',
    ],
    [
      'a filesystem server for an agent without a workspace',
      backend('type: lmstudio', 'filesystem: { server: { command: x } }'),
      '4:21 warning MG1128 | agents[0].backend.filesystem.server | `filesystem.server` has no effect: the agent has no workspace, which `cwd` of a backend names | It can be removed.',
    ],
    [
      'a filesystem server for agents without workspaces',
      `${agents}filesystem: { server: { command: x } }\n`,
      '3:15 warning MG1128 | filesystem.server | `filesystem.server` has no effect: the agents have no workspace, which `cwd` of a backend names | It can be removed.',
    ],
    [
      'a quote left open in a command',
      server(`command: npx "a`),
      '6:20 error MG1117 | agents[0].backend.mcp_servers.files.command | has a quote that is not closed | See what the key takes with `massgen config explain backend.mcp_servers.command`.',
    ],
    [
      'a tool allowed and excluded',
      server('command: x', 'allowed_tools: [a, b]', 'exclude_tools: [b]'),
      '8:26 error MG1125 | agents[0].backend.mcp_servers.files.exclude_tools | `allowed_tools` and `exclude_tools` both name b | Remove one of them.',
    ],
    [
      'a misspelt command',
      server('comand: x', 'args: [y]'),
      '6:11 warning MG1115 | agents[0].backend.mcp_servers.files.comand | unknown key "comand" | Did you mean `command`?',
    ],
    [
      'a limit of a server',
      server('url: https://a.example', 'timeout: 301'),
      '7:20 error MG1117 | agents[0].backend.mcp_servers.files.timeout | must be at most 300 | See what the key takes with `massgen config explain backend.mcp_servers.timeout`.',
    ],
    [
      'an address that is none',
      server('url: ftp://a.example'),
      '6:16 error MG1117 | agents[0].backend.mcp_servers.files.url | must be an http or https address | See what the key takes with `massgen config explain backend.mcp_servers.url`.',
    ],
    [
      'an unknown security level',
      server('command: x', 'security: { level: strcit }'),
      '7:30 error MG1126 | agents[0].backend.mcp_servers.files.security.level | "strcit" is not one of strict, moderate, permissive | Did you mean `strict`?',
    ],
    [
      'an unknown key among security settings',
      server('command: x', 'security: { env: { mod: allowlist, mode: Allowlist } }'),
      '7:30 error MG1126 | agents[0].backend.mcp_servers.files.security.env.mod | unknown key "mod" | Did you mean `mode`?',
      '7:52 error MG1126 | agents[0].backend.mcp_servers.files.security.env.mode | "Allowlist" is not one of denylist, allowlist | Did you mean `allowlist`?',
    ],
    [
      'a text where a list of hosts belongs',
      server('command: x', 'security: { allowed_hostnames: a.example }'),
      '7:42 error MG1126 | agents[0].backend.mcp_servers.files.security.allowed_hostnames | must be a list, not a text | Security settings must be exact; see `massgen config explain mcp_servers.security`.',
    ],
    [
      'a number where a text belongs',
      server('command: x', 'env: { PORT: 8080 }'),
      '7:24 error MG1116 | agents[0].backend.mcp_servers.files.env.PORT | must be a text, not a number | Put it in quotes to make it a text.',
    ],
    [
      'an unknown step',
      step('{ txt: a }'),
      '2:48 error MG1118 | agents[0].backend.turns[0].steps[0] | needs one of text, tool, new_answer, vote, sleep_ms, hang, error, crash | Did you mean `text`?',
    ],
    [
      'a step of two kinds',
      step('{ text: a, hang: true }'),
      '2:48 error MG1125 | agents[0].backend.turns[0].steps[0] | `hang` and `text` exclude each other | Remove one of them.',
    ],
    [
      'a step with an unknown key',
      step('{ text: a, chnk: 3 }'),
      '2:59 warning MG1115 | agents[0].backend.turns[0].steps[0].chnk | unknown key "chnk" | Did you mean `chunk`?',
    ],
    [
      'a step of a wrong kind of value',
      step('{ sleep_ms: long }'),
      '2:60 error MG1116 | agents[0].backend.turns[0].steps[0].sleep_ms | must be a number, not a text | See what the key takes with `massgen config explain backend.turns.steps.sleep_ms`.',
    ],
    [
      'a result saved under a name that is taken',
      step('{ tool: a, save: views }'),
      '2:65 error MG1117 | agents[0].backend.turns[0].steps[0].save | "views" is a name that has a meaning already | See what the key takes with `massgen config explain backend.turns.steps.save`.',
    ],
    [
      'a script without turns',
      backend('type: script'),
      '2:5 error MG1118 | agents[0].backend.turns | `turns` is missing | Add the key.',
    ],
    [
      'an unknown display',
      `${agents}ui: { display_type: rich }\n`,
      '3:21 error MG1117 | ui.display_type | "rich" is not one of rich_terminal, terminal, simple | Did you mean `rich_terminal`?',
    ],
    [
      'keys without effect',
      `${agents}ui: { type: simple }\ndisplay: { type: simple }\n`,
      '3:7 note MG1128 | ui.type | `type` has no effect | Accepted for old files and ignored; the key is `display_type`.',
      '4:1 note MG1128 | display | `display` has no effect | Old name of `ui`; accepted and ignored.',
    ],
    [
      'a soft limit above the hard one',
      `${agents}timeout_settings: { turn_soft_seconds: 1000 }\n`,
      '3:40 error MG1125 | timeout_settings.turn_soft_seconds | turn_soft_seconds (1000) must be smaller than turn_hard_seconds (900) | Lower the one or raise the other.',
    ],
    [
      'a limit of no time',
      `${agents}timeout_settings: { orchestrator_timeout_seconds: 0 }\n`,
      '3:51 error MG1117 | timeout_settings.orchestrator_timeout_seconds | must be more than 0 | See what the key takes with `massgen config explain timeout_settings.orchestrator_timeout_seconds`.',
    ],
    [
      'an infinite number',
      `${agents}timeout_settings: { turn_hard_seconds: .inf }\n`,
      '3:40 error MG1116 | timeout_settings.turn_hard_seconds | must be a number, not infinite or not a number | See what the key takes with `massgen config explain timeout_settings.turn_hard_seconds`.',
    ],
    [
      'a context path of the wrong kind',
      `${agents}orchestrator: { context_paths: [5, { path: a, permission: wirte }] }\n`,
      '3:33 error MG1116 | orchestrator.context_paths[0] | must be a text or a map, not a number | Put it in quotes to make it a text.',
      '3:59 error MG1117 | orchestrator.context_paths[1].permission | "wirte" is not one of read, write | Did you mean `write`?',
    ],
    [
      'values that YAML 1.1 read otherwise',
      backend(
        'type: lmstudio',
        'cwd: no',
        'mcp_servers: { a: { command: x, args: [22:22, 2026-11-22, 017] } }',
      ),
      '4:12 warning MG1114 | agents[0].backend.cwd | this is a text, but false in YAML 1.1, which MassGen v0.0.15 read | Put it in quotes if it is a text.',
      '5:46 warning MG1114 | agents[0].backend.mcp_servers.a.args[0] | this is a text, but a number in base 60 in YAML 1.1, which MassGen v0.0.15 read | Put it in quotes if it is a text.',
      '5:53 warning MG1114 | agents[0].backend.mcp_servers.a.args[1] | this is a text, but a date in YAML 1.1, which MassGen v0.0.15 read | Put it in quotes if it is a text.',
      '5:65 error MG1116 | agents[0].backend.mcp_servers.a.args[2] | must be a text, not a number | Put it in quotes to make it a text.',
      '5:65 warning MG1114 | agents[0].backend.mcp_servers.a.args[2] | this is a number, but another number in YAML 1.1, which MassGen v0.0.15 read | Put it in quotes if it is a text.',
    ],
  ];

  it.each(table)('%s', (_, text, ...expected) => {
    expect(findings(text)).toEqual(expected);
  });

  it.each([
    '../x',
    'a/b',
    '.',
    '..',
    '',
    'x'.repeat(300),
    'con',
    'NUL',
    'com1.txt',
    'a.',
    'a ',
    'é',
    '-a',
    '\u202e',
  ])('the agent id %j', (id) => {
    const text = `agents:\n  - { id: ${JSON.stringify(id)}, backend: { type: lmstudio } }\n`;
    expect(parseConfig(text, { format: 'yaml' })).toMatchObject({
      diagnostics: [{ severity: 'error', code: 'MG1122', line: 2, column: 11, keyPath: 'agents[0].id' }],
    });
  });

  it('JSON is told with its places too', () => {
    const text =
      '{\n  "agents": [\n    { "backend": { "type": "lmstudio", "top_p": 2, "topp": 1 } }\n  ]\n}\n';
    expect(findings(text, { format: 'json' })).toEqual([
      '3:49 error MG1117 | agents[0].backend.top_p | must be at most 1 | See what the key takes with `massgen config explain backend.top_p`.',
      '3:52 warning MG1129 | agents[0].backend.topp | unknown key "topp" is handed to the provider unchanged | Did you mean `top_p`?',
    ]);
  });

  it('unknown keys are errors in strict mode', () => {
    const text = backend('type: lmstudio', 'temprature: 1', 'permission_mode: plan') + 'foo: 1\n';
    const { config, diagnostics } = parseConfig(text, { format: 'yaml', strict: true });
    expect(config).toBeUndefined();
    expect(diagnostics.map(({ severity, keyPath }) => [severity, keyPath])).toEqual([
      ['error', 'agents[0].backend.temprature'],
      ['error', 'agents[0].backend.permission_mode'],
      ['error', 'foo'],
    ]);
  });

  it.each(['__proto__', 'constructor', 'toString'])('the key %s is an unknown key like others', (key) => {
    const inside = `${key}: { polluted: true }`;
    const text = [
      inside,
      'agents:',
      `  - ${inside}`,
      '    backend:',
      '      type: script',
      `      ${inside}`,
      `      mcp_servers: { a: { command: x, ${inside} } }`,
      '      turns: [{ steps: [] }]',
      '',
    ].join('\n');
    const { config, diagnostics } = parseConfig(text, { format: 'yaml' });
    expect(diagnostics.map(({ severity, code, line }) => [severity, code, line])).toEqual(
      [1, 3, 6, 7].map((line) => ['warning', 'MG1115', line]),
    );
    expect(JSON.stringify(config)).not.toContain('polluted');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('a great many unknown keys are counted', () => {
    const keys = Array.from({ length: 70 }, (_, index) => `key${index}: 1`).join('\n');
    const { diagnostics } = parseConfig(`${agents}${keys}\n`, { format: 'yaml' });
    expect(diagnostics).toHaveLength(51);
    expect(diagnostics.map(({ message }) => message)).toContain('20 more unknown keys');
  });
});
