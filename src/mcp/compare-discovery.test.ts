import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareDiscovery } from './compare-discovery.ts';
import type { ServerDiscovery } from './server-discovery.ts';

function discovery(
  tools: Readonly<Record<string, string>>,
  more: Partial<ServerDiscovery> = {},
): ServerDiscovery {
  return {
    tools: Object.entries(tools).map(([name, hash]) => ({
      name,
      description: '',
      inputSchema: { type: 'object' },
      hash,
    })),
    dropped: [],
    hasResources: false,
    prompts: [],
    ...more,
  };
}

const prompt = (name: string, description = '') => ({ name, description, arguments: [] });

test('what is new, gone and described differently is told by name', () => {
  expect(
    compareDiscovery(discovery({ a: '1', b: '1', c: '1' }), discovery({ b: '1', c: '2', d: '1' })),
  ).toEqual({ added: ['d'], removed: ['a'], changed: ['c'] });
});

test('prompts and resources count as the tools they become', () => {
  const before = discovery({}, { prompts: [prompt('greet'), prompt('old')] });
  const after = discovery({}, { prompts: [prompt('greet', 'now says more')], hasResources: true });
  expect(compareDiscovery(before, after)).toEqual({
    added: ['list_resources', 'list_resource_templates', 'read_resource'],
    removed: ['old'],
    changed: ['greet'],
  });
});

test('a prompt cannot hide a changed tool, whatever the two are called', () => {
  const before = discovery({ 'prompt greet': '1', greet: '1' }, { prompts: [prompt('greet')] });
  const after = discovery({ 'prompt greet': '2', greet: '2' }, { prompts: [prompt('greet')] });
  expect(compareDiscovery(before, after)?.changed).toEqual(['prompt greet', 'greet']);
});

test('names of the language are names like any other', () => {
  const tools = JSON.parse('{"__proto__":"1","constructor":"1","toString":"1"}') as Record<string, string>;
  expect(compareDiscovery(discovery({}), discovery(tools))?.added).toEqual([
    '__proto__',
    'constructor',
    'toString',
  ]);
});

test('nothing is told exactly when nothing differs, and each difference once', () => {
  const tools = fc.dictionary(
    fc.constantFrom('a', 'b', 'c', 'list_resources', '__proto__'),
    fc.constantFrom('1', '2'),
  );
  fc.assert(
    fc.property(tools, tools, (one, other) => {
      const changes = compareDiscovery(discovery(one), discovery(other));
      const names = [...new Set([...Object.keys(one), ...Object.keys(other)])];
      const differing = names.filter(
        (name) =>
          Object.entries(one).find(([key]) => key === name)?.[1] !==
          Object.entries(other).find(([key]) => key === name)?.[1],
      );
      const told = [changes?.added, changes?.removed, changes?.changed].flatMap((list) => list ?? []);
      expect(told.toSorted()).toEqual(differing.toSorted());
      expect(changes === undefined).toBe(differing.length === 0);
    }),
  );
});
