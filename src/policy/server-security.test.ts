import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkLookedUp } from './address-rules.ts';
import type { SecurityLevel, SecurityRules, SecurityViolation } from './secured-server.ts';
import { checkServerSecurity } from './server-security.ts';
import { inheritedVariables } from './variable-rules.ts';

const levels: readonly SecurityLevel[] = ['strict', 'moderate', 'permissive'];

function launch(
  line: string | readonly string[],
  rules: SecurityRules = {},
  more: { readonly env?: Readonly<Record<string, string>>; readonly cwd?: string } = {},
): readonly SecurityViolation[] {
  const [command = '', ...args] = typeof line === 'string' ? line.split(' ') : line;
  return checkServerSecurity({ type: 'stdio', command, args, env: {}, ...more }, rules);
}

function call(url: string, rules: SecurityRules = {}): readonly SecurityViolation[] {
  return checkServerSecurity({ type: 'streamable-http', url }, rules);
}

const rulesOf = (found: readonly SecurityViolation[]): readonly string[] => found.map(({ rule }) => rule);

/** `+` allowed, `-` refused: strict, moderate, permissive. */
const launches: readonly (readonly [verdicts: string, line: string | readonly string[]])[] = [
  // What the configs of v0.0.15 and the guides of servers hold.
  ['+++', 'npx -y @modelcontextprotocol/server-filesystem /srv/data'],
  ['+++', 'npx -y @openbnb/mcp-server-airbnb --ignore-robots-txt'],
  ['+++', 'npx -y mcp-remote https://example.com/mcp?a=b&c=d'],
  ['+++', 'npx --package @scope/server -- server --port 3000'],
  ['+++', 'NPX.CMD -y some-server'],
  ['+++', 'python -u -m massgen.tests.mcp_test_server'],
  ['+++', 'python3.12 -W ignore server.py -c config.json'],
  ['+++', '/usr/bin/python3 -m weather -c'],
  ['+++', './venv/bin/python server.py'],
  ['+++', 'uvx mcp-server-fetch'],
  ['+++', 'uvx --python 3.12 --from mcp-server-git mcp-server-git -c x'],
  ['+++', 'uv --directory /opt/weather run server.py'],
  ['+++', 'uv run --with mcp mcp run server.py'],
  ['+++', 'uv run --frozen --no-project server.py -c x'],
  ['+++', 'node --env-file .env -r dotenv/config build/index.js -p 3000'],
  ['+++', 'node --title weather build/index.js -e production'],
  ['+++', 'npm exec -y -- some-server -c config'],
  ['+++', 'npm --prefix /opt/server start'],
  ['+++', 'pnpm dlx some-server'],
  ['+++', 'bun run index.ts -e production'],
  ['+++', 'bun x some-server'],
  ['+++', 'deno run -A --config deno.json jsr:@scope/server'],
  ['+++', 'cmd /c npx -y some-server'],
  ['+++', 'cmd /c node server.js -e production'],
  ['+++', 'powershell -ExecutionPolicy Bypass -File C:\\server.ps1'],
  ['+++', 'pwsh -NoProfile server.ps1 -Command x'],
  ['+++', 'bash -e start.sh -c config'],
  ['+++', 'java -jar server.jar'],
  ['+++', 'pipx run some-server'],
  ['+++', 'massgen mcp test-server'],
  // Programs that only some levels start, or none.
  ['-++', 'git daemon'],
  ['-++', 'nodejs server.js'],
  ['--+', 'curl https://example.com'],
  ['---', 'docker run -i --rm some/server'],
  ['---', 'rm -rf /x'],
  ['---', '/tmp/my-server'],
  ['---', 'python4 server.py'],
  // Lines that bring their code with them.
  ['-++', ['bash', '-c', 'touch pwned']],
  ['-++', ['/bin/sh', '-ec', 'touch pwned']],
  ['-++', ['bash', '-o', 'pipefail', '+o', 'posix', '-c', 'touch pwned']],
  ['-++', ['fish', '--init-command=touch pwned']],
  ['-++', ['python', '-c', 'print(1)']],
  ['-++', ['python3.11', '-W', 'ignore', '-Ic', 'print(1)']],
  ['-++', 'python3 -'],
  ['-++', ['node', '-e', 'x']],
  ['-++', ['node', '-pe', 'x']],
  ['-++', ['node', '--title', 'weather', '--eval=x']],
  ['-++', ['node', '--import', 'data:text/javascript,x', 'server.js']],
  ['-++', 'node -r ./x server.js'],
  ['-++', ['npx', '-c', 'touch pwned']],
  ['-++', ['npx', '--loglevel', 'silent', '--call=touch pwned']],
  ['-++', ['npm', 'exec', '-c', 'touch pwned']],
  ['-++', ['npm', '--call', 'touch pwned', 'exec']],
  ['-++', ['pnpm', '--filter', 'x', 'exec', '-c', 'touch pwned']],
  ['-++', ['yarn', 'exec', 'touch pwned']],
  ['-++', ['bun', '-e', 'x']],
  ['-++', ['deno', 'eval', 'x']],
  ['-++', ['uv', 'run', '--with', 'x', '--refresh-package', 'y', 'python', '-c', 'x']],
  ['-++', 'uv run -'],
  ['-++', ['cmd', '/c', 'npx -y x & del y']],
  ['-++', ['cmd', '/s', '/c', 'python -c x']],
  ['-++', ['powershell', '-NoProfile', '-enc', 'AAAA']],
  ['-++', ['powershell', 'Get-Item x']],
  ['-++', ['pwsh', '-ExecutionPolicy', 'Bypass', '-Com', 'x']],
  ['-++', ['ruby', '-rnet/http', '-e', 'x']],
  ['-++', 'go run -exec ./x example.com/server'],
  // Packages from an address instead of the registry.
  ['-++', 'uvx --from git+https://example.com/x server'],
  ['-++', 'uv run --with https://example.com/x.whl server.py'],
  ['-++', 'npx -y https://example.com/x.tgz'],
  ['-++', 'npx someone/repository'],
  ['-++', 'npx -p github:someone/repository server'],
  ['-++', 'pipx run --spec git+https://example.com/x server'],
  ['-++', 'deno run https://example.com/x.ts'],
  // Commands that are no plain names.
  ['---', ['npx;id', 'x']],
  ['---', ['$(id)']],
  ['---', ['node\nserver.js']],
  ['---', ['']],
  ['---', ['../bin/node', 'server.js']],
  ['---', ['C:\\tools\\..\\node.exe', 'server.js']],
];

describe('programs', () => {
  it.each(launches)('%s %j', (verdicts, line) => {
    expect(levels.map((level) => (launch(line, { level }).length === 0 ? '+' : '-')).join('')).toBe(verdicts);
  });

  it('a map without a level is strict', () => {
    expect(rulesOf(launch(['bash', '-c', 'x']))).toEqual(['inline_code']);
    expect(rulesOf(launch('git daemon'))).toEqual(['executable']);
  });

  it('`allowed_executables` replaces the list, and a path in it means that path only', () => {
    const allowed_executables = ['Docker', '/opt/tools/serve'];
    expect(launch('docker.exe run x', { allowed_executables })).toEqual([]);
    expect(launch('/usr/bin/docker run x', { allowed_executables })).toEqual([]);
    expect(launch('/opt/tools/serve', { allowed_executables })).toEqual([]);
    expect(rulesOf(launch('/tmp/serve', { allowed_executables }))).toEqual(['executable']);
    expect(rulesOf(launch('npx -y x', { allowed_executables }))).toEqual(['executable']);
    expect(rulesOf(launch('npx -y x', { allowed_executables: [] }))).toEqual(['executable']);
  });

  it.each([
    [['env', '-u', 'X', 'A=b', 'sh', '-c', 'x']],
    [['env', '-S', 'sh -c x']],
    [['busybox', 'sh', '-c', 'x']],
    [['timeout', '-k', '5', '10', 'python', '-c', 'x']],
    [['sudo', '-u', 'me', 'nice', '-n', '5', 'node', '-e', 'x']],
    [['perl', '-we', 'x']],
    [['git', '-c', 'alias.x=!id', 'x']],
  ])('code behind a program that was allowed by name is found too: %j', (line) => {
    const allowed_executables = line.slice(0, 1);
    expect(rulesOf(launch(line, { allowed_executables }))).toEqual(['inline_code']);
    expect(launch(line, { allowed_executables, level: 'moderate' })).toEqual([]);
  });

  it('wrappers deeper than anybody means are refused without looking to their end', () => {
    const line = Array.from({ length: 50_000 }, () => 'env');
    expect(rulesOf(launch(line, { allowed_executables: ['env'] }))).toEqual(['inline_code']);
  });

  it('what is refused is said without showing the code, with the key that would allow it', () => {
    expect(launch(['python', '-c', 'secret'])).toEqual([
      {
        rule: 'inline_code',
        detail: 'it runs code from its own arguments (-c of python)',
        remedy: expect.stringContaining('`security.level: moderate`'),
      },
    ]);
    expect(launch('docker run')[0]?.remedy).toContain('`security.allowed_executables`');
  });

  it('a folder with .. is refused', () => {
    expect(rulesOf(launch('npx x', {}, { cwd: 'a/../../b' }))).toEqual(['cwd']);
    expect(rulesOf(launch('npx x', {}, { cwd: 'a\\..\\b' }))).toEqual(['cwd']);
    expect(launch('npx x', {}, { cwd: '/srv/a..b' })).toEqual([]);
  });
});

describe('variables that the config sets', () => {
  it.each([
    ['+++', 'NOTION_TOKEN'],
    ['+++', 'ENV'],
    ['-++', 'PATH'],
    ['-++', 'Path'],
    ['-++', 'HOME'],
    ['-++', 'SHELL'],
    ['--+', 'LD_PRELOAD'],
    ['--+', 'LD_LIBRARY_PATH'],
    ['--+', 'DYLD_INSERT_LIBRARIES'],
    ['--+', 'PYTHONPATH'],
    ['--+', 'NODE_OPTIONS'],
    ['--+', 'npm_config_node_options'],
    ['--+', 'BASH_ENV'],
    ['--+', 'GIT_SSH_COMMAND'],
    ['--+', 'PWD'],
  ])('%s %s', (verdicts, name) => {
    const ofLevel = (rules: SecurityRules): string =>
      launch('npx x', rules, { env: { [name]: 'a value' } }).length === 0 ? '+' : '-';
    expect(levels.map((level) => ofLevel({ level })).join('')).toBe(verdicts);
    // The level for variables is stronger than that of the server.
    expect(levels.map((level) => ofLevel({ level: 'strict', env: { level } })).join('')).toBe(verdicts);
  });

  it('`denied_vars` come on top; in `allowlist` mode the list alone decides', () => {
    const set = { env: { TOKEN: 'very secret', PATH: '/x' } };
    const refused = (env: SecurityRules['env'], level: SecurityLevel = 'permissive'): readonly string[] =>
      launch('npx x', { level, env }, set).map(({ detail }) => detail);
    expect(refused({ denied_vars: ['TOKEN'] })).toEqual(['the variable TOKEN may not be set']);
    expect(refused({ denied_vars: ['TOKEN'] }, 'strict')).toHaveLength(2);
    expect(refused({ mode: 'allowlist', allowed_vars: ['TOKEN'] })).toEqual([
      'the variable PATH may not be set',
    ]);
    expect(refused({ mode: 'allowlist', allowed_vars: ['TOKEN', 'PATH'] }, 'strict')).toEqual([]);
    expect(refused({ mode: 'allowlist' })).toHaveLength(2);
    expect(refused({ mode: 'allowlist', denied_vars: ['TOKEN'], allowed_vars: ['TOKEN', 'PATH'] })).toEqual(
      [],
    );
  });

  it('what is only inherited is left out where the lists of the config say so, and else stays', () => {
    const inherited = { PATH: '/bin', HOME: '/home/joe', LANG: 'C' };
    expect(inheritedVariables(inherited, {})).toEqual(inherited);
    expect(inheritedVariables(inherited, { env: { denied_vars: ['HOME'] } })).toEqual({
      PATH: '/bin',
      LANG: 'C',
    });
    const env = { mode: 'allowlist', allowed_vars: ['LANG'] } as const;
    expect(inheritedVariables(inherited, { env })).toEqual({ PATH: '/bin', LANG: 'C' });
  });
});

/** `+` allowed, `-` refused: without a key, with `allow_localhost`, with `allow_private_ips`, with both. */
const urls: readonly (readonly [verdicts: string, url: string])[] = [
  ['++++', 'https://example.com/mcp'],
  ['++++', 'http://example.com:8080/mcp?token=x'],
  ['++++', 'https://8.8.8.8/mcp'],
  ['++++', 'https://[2606:4700::1111]/mcp'],
  ['++++', 'https://[64:ff9b::808:808]/mcp'],
  ['++++', 'https://localhost.example.com/'],
  ['++++', 'https://my-localhost/'],
  ['-+-+', 'http://localhost:8000/mcp'],
  ['-+-+', 'http://LOCALHOST/'],
  ['-+-+', 'http://localhost./'],
  ['-+-+', 'http://localhost../'],
  ['-+-+', 'http://x.localhost/'],
  ['-+-+', 'http://a.b.localhost./'],
  ['-+-+', 'http://ⓛocalhost/'],
  ['-+-+', 'http://%6cocalhost/'],
  ['-+-+', 'http://ip6-localhost/'],
  ['-+-+', 'http://localhost.localdomain/'],
  ['-+++', 'http://127.0.0.1/'],
  ['-+++', 'http://127.0.0.1./'],
  ['-+++', 'http://127.255.255.254/'],
  ['-+++', 'http://127.1/'],
  ['-+++', 'http://2130706433/'],
  ['-+++', 'http://0x7f000001/'],
  ['-+++', 'http://0177.0.0.1/'],
  ['-+++', 'http://127。0。0。1/'],
  ['-+++', 'http://①②⑦.⓪.⓪.①/'],
  ['-+++', 'http://[::1]/'],
  ['-+++', 'http://[0:0:0:0:0:0:0:1]/'],
  ['-+++', 'http://[::ffff:127.0.0.1]/'],
  ['-+++', 'http://[::ffff:7f00:1]/'],
  ['-+++', 'http://[::ffff:0:7f00:1]/'],
  ['-+++', 'http://[::127.0.0.1]/'],
  ['-+++', 'http://[64:ff9b::7f00:1]/'],
  ['-+++', 'http://[2002:7f00:1::]/'],
  ['--++', 'http://0.0.0.0/'],
  ['--++', 'http://0/'],
  ['--++', 'http://[::]/'],
  ['--++', 'http://10.0.0.1/'],
  ['--++', 'http://172.16.0.1/'],
  ['--++', 'http://172.31.255.255/'],
  ['++++', 'http://172.32.0.1/'],
  ['--++', 'http://192.168.1.1/'],
  ['--++', 'http://100.64.0.1/'],
  ['--++', 'http://169.254.169.254/latest/meta-data'],
  ['--++', 'http://[::ffff:169.254.169.254]/'],
  ['--++', 'http://[64:ff9b::a9fe:a9fe]/'],
  ['--++', 'http://[2002:a00:1::1]/'],
  ['--++', 'http://[64:ff9b:1::808:808]/'],
  ['--++', 'http://[2001::1]/'],
  ['--++', 'http://[fe80::1]/'],
  ['--++', 'http://[fd00::1]/'],
  ['--++', 'http://[fec0::1]/'],
  ['--++', 'http://[ff02::1]/'],
  ['--++', 'http://224.0.0.1/'],
  ['--++', 'http://255.255.255.255/'],
  ['--++', 'http://240.0.0.1/'],
  ['--++', 'http://198.18.0.1/'],
  ['--++', 'http://192.0.2.1/'],
  ['--++', 'http://[2001:db8::1]/'],
  ['--++', 'http://metadata.google.internal/computeMetadata/v1/'],
  ['----', 'https://user:password@example.com/'],
  ['----', 'https://user@example.com/'],
  ['----', 'https://example.com:22/'],
  ['----', 'http://localhost:6379/'],
  ['----', 'http://example.com:0/'],
  ['----', 'ftp://example.com/'],
  ['----', 'file:///etc/passwd'],
  ['----', 'https://'],
  ['----', 'not an address'],
  ['----', 'http://[fe80::1%25eth0]/'],
  ['----', `https://example.com/${'x'.repeat(2_048)}`],
];

describe('addresses', () => {
  it.each(urls)('%s %s', (verdicts, url) => {
    const keys = [{}, { allow_localhost: true }, { allow_private_ips: true }];
    const both = { allow_localhost: true, allow_private_ips: true };
    for (const level of levels) {
      const found = [...keys, both].map((rules) => (call(url, { level, ...rules }).length === 0 ? '+' : '-'));
      expect(found.join('')).toBe(verdicts);
    }
  });

  it.each([1, 22, 23, 25, 53, 135, 139, 445, 1433, 1521, 3306, 3389, 5432, 6379, 8443])(
    'port %i is open to HTTP or not, for every host',
    (port) => {
      const allowed_hostnames = ['example.com'];
      const refused = ![1, 8443].includes(port);
      expect(rulesOf(call(`https://example.com:${port}/`))).toEqual(refused ? ['port'] : []);
      expect(rulesOf(call(`https://example.com:${port}/`, { allowed_hostnames }))).toEqual(
        refused ? ['port'] : [],
      );
    },
  );

  it('`allowed_hostnames` exempts exactly these hosts, however they are written', () => {
    const allowed_hostnames = ['MCP.internal.', '127.0.0.1', '::1', 'localhost'];
    for (const url of ['http://mcp.internal', 'http://2130706433', 'http://[0::1]', 'http://localhost.'])
      expect(call(url, { allowed_hostnames })).toEqual([]);
    for (const url of ['http://127.0.0.2', 'http://a.localhost'])
      expect(call(url, { allowed_hostnames })).toHaveLength(1);
    expect(rulesOf(call('http://u:p@localhost', { allowed_hostnames }))).toEqual(['url']);
    expect(call('https://example.com', { allowed_hostnames })).toEqual([]);
  });

  it('what is refused never shows the password', () => {
    expect(JSON.stringify(call('https://user:hunter2@10.0.0.1:22/'))).not.toContain('hunter2');
  });
});

describe('addresses that a name stands for', () => {
  const asked: string[] = [];
  const standsFor =
    (...addresses: string[]) =>
    (host: string): Promise<readonly string[]> => {
      asked.push(host);
      return Promise.resolve(addresses);
    };
  const resolve_dns = true;
  const url = 'https://mcp.example.com/';

  it('are not asked for without `resolve_dns`, for an address, or for an exempt host', async () => {
    asked.length = 0;
    expect(await checkLookedUp(url, {}, standsFor('127.0.0.1'))).toEqual([]);
    expect(await checkLookedUp('http://8.8.8.8/', { resolve_dns }, standsFor('127.0.0.1'))).toEqual([]);
    const allowed_hostnames = ['mcp.example.com'];
    expect(await checkLookedUp(url, { resolve_dns, allowed_hostnames }, standsFor('127.0.0.1'))).toEqual([]);
    expect(asked).toEqual([]);
  });

  it('are all checked, by the same keys', async () => {
    const local = standsFor('8.8.8.8', '127.0.0.1', 'fe80::1%eth0', '::ffff:10.0.0.1');
    expect((await checkLookedUp(url, { resolve_dns }, local)).map(({ detail }) => detail)).toEqual([
      'mcp.example.com stands for 127.0.0.1, which is a loopback address',
      'mcp.example.com stands for fe80::1%eth0, which is a link-local address',
      'mcp.example.com stands for ::ffff:10.0.0.1, which is a private address',
    ]);
    expect(await checkLookedUp(url, { resolve_dns, allow_localhost: true }, local)).toHaveLength(2);
    expect(await checkLookedUp(url, { resolve_dns, allow_private_ips: true }, local)).toEqual([]);
    expect(await checkLookedUp(url, { resolve_dns }, standsFor('8.8.8.8', '2606:4700::1111'))).toEqual([]);
  });

  it('that cannot be looked up are refused', async () => {
    const fails = (): Promise<never> => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));
    expect(await checkLookedUp(url, { resolve_dns }, fails)).toMatchObject([
      {
        rule: 'lookup',
        detail: expect.stringContaining('mcp.example.com could not be looked up (ENOTFOUND)'),
      },
    ]);
  });
});

describe('whatever a config holds', () => {
  const level = fc.constantFrom(undefined, ...levels);
  const names = fc.option(fc.array(fc.string({ unit: 'binary' })), { nil: undefined });
  const flag = fc.option(fc.boolean(), { nil: undefined });
  const rules: fc.Arbitrary<SecurityRules> = fc.record({
    level,
    allow_localhost: flag,
    allow_private_ips: flag,
    resolve_dns: flag,
    allowed_hostnames: names,
    allowed_executables: names,
    env: fc.option(
      fc.record({
        level,
        mode: fc.constantFrom(undefined, 'denylist', 'allowlist'),
        allowed_vars: names,
        denied_vars: names,
      }),
      { nil: undefined },
    ),
  });
  const word = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(...launches.flatMap(([, line]) => (typeof line === 'string' ? line.split(' ') : line))),
  );
  const address = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.webUrl(),
    fc.tuple(fc.constantFrom(...urls.map(([, url]) => url)), fc.string()).map((parts) => parts.join('')),
    fc.ipV6().map((text) => `http://[${text}]/`),
  );

  it('the check never throws', () => {
    fc.assert(
      fc.property(
        word,
        fc.array(word),
        fc.dictionary(word, word),
        word,
        rules,
        (command, args, env, cwd, given) => {
          checkServerSecurity({ type: 'stdio', command, args, env, cwd }, given);
          inheritedVariables(env, given);
        },
      ),
    );
    fc.assert(fc.property(address, rules, (url, given) => void call(url, given)));
  });

  it('the lookup never rejects', async () => {
    const lookUp = (answer: unknown) => (): Promise<readonly string[]> =>
      answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer as readonly string[]);
    const answers = fc.oneof(
      fc.constant(new Error('no')),
      fc.array(fc.oneof(fc.string(), fc.ipV6(), fc.ipV4())),
    );
    await fc.assert(
      fc.asyncProperty(address, rules, answers, async (url, given, answer) => {
        await checkLookedUp(url, given, lookUp(answer));
      }),
    );
  });
});
