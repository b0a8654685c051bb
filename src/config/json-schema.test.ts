import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { configJsonSchema } from './json-schema.ts';

const folder = fileURLToPath(new URL('../../test/fixtures/configs/', import.meta.url));
const fixtures = readdirSync(folder).filter((name) => name !== 'v0-keys.json');
const validate = new Ajv({ allErrors: true, strict: false }).compile(configJsonSchema());
const script = { type: 'script', turns: [{ steps: [{ text: 'a' }] }] };

describe('the JSON Schema', () => {
  it.each(fixtures)('accepts %s', (name) => {
    validate(parse(readFileSync(folder + name, 'utf8')));
    expect(validate.errors).toBeNull();
  });

  it.each([
    ['a backend whose model tells the type', { agent: { backend: { model: 'gpt-5' } } }],
    ['agents by id', { agents: { a: { backend: script } } }],
    ['servers by name', { agent: { backend: { ...script, mcp_servers: { a: { command: 'x' } } } } }],
    ['no time limit', { agent: { backend: script }, timeout_settings: { turn_hard_seconds: null } }],
  ])('accepts %s', (_, value) => {
    validate(value);
    expect(validate.errors).toBeNull();
  });

  it.each([
    ['no agents', {}],
    ['an unknown key', { agent: { backend: script }, foo: 1 }],
    ['an unknown type', { agent: { backend: { type: 'opneai' } } }],
    ['an unknown step', { agent: { backend: { type: 'script', turns: [{ steps: [{ txt: 'a' }] }] } } }],
    ['an unknown word', { agent: { backend: script }, ui: { display_type: 'rich' } }],
    [
      'a listed server without a name',
      { agent: { backend: { ...script, mcp_servers: [{ command: 'x' }] } } },
    ],
    ['an id with a slash', { agent: { id: 'a/b', backend: script } }],
  ])('refuses %s', (_, value) => {
    expect(validate(value)).toBe(false);
  });

  it('describes keys and gives their defaults', () => {
    const text = JSON.stringify(configJsonSchema());
    expect(text).toContain('"http://json-schema.org/draft-07/schema#"');
    expect(text).toContain('Where the final answer comes from');
    expect(text).toContain('"default":"winner_present"');
    expect(text).not.toContain('"ignored"');
  });
});
