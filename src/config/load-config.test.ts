import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from './load-config.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'massgen-config-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const good = 'agent: { backend: { type: lmstudio } }\n';

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function finding(path: string): Promise<unknown> {
  const { config, diagnostics, path: told } = await loadConfig(path);
  expect(config).toBeUndefined();
  expect(told).toBe(path);
  expect(diagnostics).toHaveLength(1);
  const [{ code, message, hint, file: named } = {} as never] = diagnostics;
  expect(named).toBe(path);
  return { code, message, hint };
}

describe('a config file', () => {
  it.each(['a.yaml', 'b.yml', 'C.YAML'])('%s is read as YAML', async (name) => {
    const path = file(name, good);
    expect(await loadConfig(path)).toMatchObject({
      path,
      config: { agents: [{ id: 'agent1' }] },
      diagnostics: [],
    });
  });

  it('is read as JSON by its suffix', async () => {
    const path = file('a.JSON', '{ "agent": { "backend": { "type": "lmstudio" } } }');
    expect((await loadConfig(path)).config).toBeDefined();
    expect(await finding(file('b.json', good))).toMatchObject({
      code: 'MG1109',
      message: 'here should be a value',
    });
  });

  it('may be a link to one', async () => {
    const path = join(folder, 'link.yaml');
    symlinkSync(file('target.yaml', good), path);
    expect((await loadConfig(path)).config).toBeDefined();
  });

  it('that does not exist is told with a similar one beside it', async () => {
    file('research-team.yaml', good);
    const path = join(folder, 'reserch-team.yaml');
    expect(await finding(path)).toEqual({
      code: 'MG1102',
      message: `there is no file ${JSON.stringify(path)}`,
      hint: `Did you mean ${join(folder, 'research-team.yaml')}?`,
    });
    expect(await finding(join(folder, 'no', 'such.yaml'))).toMatchObject({ code: 'MG1102' });
    expect(await finding(`${folder}/a\0.yaml`)).toMatchObject({ code: 'MG1102' });
  });

  it.each([
    ['zig.toml', 'the suffix is .toml'],
    ['noend', 'it has no suffix'],
  ])('named %s is refused', async (name, message) => {
    expect(await finding(file(name, good))).toMatchObject({ code: 'MG1107', message });
  });

  it('that is a folder, a pipe or a device is refused at once', async () => {
    const path = join(folder, 'folder.yaml');
    mkdirSync(path);
    const pipe = join(folder, 'pipe.yaml');
    execFileSync('mkfifo', [pipe]);
    const device = join(folder, 'zero.yaml');
    symlinkSync('/dev/zero', device);
    expect(await finding(path)).toMatchObject({ code: 'MG1104', message: 'this is a folder' });
    expect(await finding(pipe)).toMatchObject({ code: 'MG1104', message: 'this is a pipe or device' });
    expect(await finding(device)).toMatchObject({ code: 'MG1104', message: 'this is a pipe or device' });
  });

  it('that may not be read is told', async () => {
    const path = file('locked.yaml', good);
    chmodSync(path, 0);
    const { diagnostics } = await loadConfig(path);
    const isRoot = process.getuid?.() === 0;
    expect(diagnostics.map(({ code, message }) => [code, message])).toEqual(
      isRoot ? [] : [['MG1103', 'permission denied']],
    );
    const loop = join(folder, 'loop.yaml');
    symlinkSync(loop, loop);
    expect(await finding(loop)).toMatchObject({ code: 'MG1103', message: 'ELOOP' });
  });

  it('of more than 1 MiB is refused, of 1 MiB is not', async () => {
    const filler = '#'.repeat(1_048_576 - good.length);
    expect((await loadConfig(file('full.yaml', good + filler))).config).toBeDefined();
    expect(await finding(file('over.yaml', `${good}${filler}#`))).toMatchObject({
      code: 'MG1105',
      message: 'larger than 1048576 bytes',
    });
  });

  it.each([
    ['Latin-1', Buffer.from('agents: []\nui: \xe9\n', 'latin1'), 'line 2 is not UTF-8'],
    ['a program', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1]), 'this is a binary file'],
    ['UTF-16', Buffer.from('\ufeffagents: []', 'utf16le'), 'this is UTF-16'],
  ])('in %s is refused', async (_, content, message) => {
    expect(await finding(file('encoded.yaml', content))).toMatchObject({ code: 'MG1106', message });
  });

  it('that is empty is refused', async () => {
    expect(await finding(file('empty.yaml', ''))).toMatchObject({ code: 'MG1108' });
    expect(await finding(file('empty.json', ' \n'))).toMatchObject({ code: 'MG1108' });
  });
});
