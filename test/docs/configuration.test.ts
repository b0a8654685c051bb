import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { keyTree, type KeyNode } from '../../src/config/keys/key-node.ts';
import { providerTable } from '../../src/config/provider-table.ts';
import { runnableBackends } from '../../src/config/schema/backend-types.ts';
import { codeWords, readPage, root, section, tableRows } from './pages.ts';

const page = readPage('docs/configuration.md');

test('the page names the key variables of every host', () => {
  const said = tableRows(section(page, '## Keys and variables')).map(([hosts = '', variables = '']) => [
    codeWords(hosts),
    codeWords(variables),
  ]);
  const known = providerTable
    .filter(({ keyVariables }) => keyVariables.length > 0)
    .map(({ hostSuffixes, keyVariables }) => [hostSuffixes, keyVariables]);
  expect(said).toEqual(known);
});

/** Keys of what this version can run, without those that are ignored on purpose. */
function keysBelow(node: KeyNode): readonly KeyNode[] {
  return (
    [...node.children.values(), ...(node.item?.children.values() ?? [])]
      .filter(({ path: key, ignored }) => key !== 'agent' && !ignored)
      .filter(({ backends }) => backends.size === 0 || runnableBackends.some((type) => backends.has(type)))
      // What is in these goes to the provider as it is.
      .flatMap((child) => [
        child,
        ...(/\.(?:extra_body|text|reasoning)$/u.test(child.path) ? [] : keysBelow(child)),
      ])
  );
}

test('the page names the keys that nothing reads', () => {
  const src = path.join(root, 'src');
  // Hints name keys without reading them, and what `unsupported.ts` reads it only warns of.
  const aside = /^(?:config|errors)[\\/]|unsupported\.ts$/u;
  const code = readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((file) => /(?<!\.test|\.test-support)\.ts$/u.test(file) && !aside.test(file))
    .map((file) => readFileSync(path.join(src, file), 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/gu, ''))
    .join('\n');
  const keys = keysBelow(keyTree()).map(({ path: key }) => key);
  const nameOf = (key: string): string => key.replaceAll('[]', '').split('.').at(-1) ?? key;
  const unread = keys.filter((key) => !new RegExp(`\\b${nameOf(key)}\\b`, 'u').test(code));
  const told = codeWords(section(page, '## Read, not used yet')).filter((word) => keys.includes(word));
  const covers = (key: string, below: string): boolean => below === key || below.startsWith(`${key}.`);

  expect(unread.length).toBeGreaterThan(0);
  expect(unread.filter((key) => !told.some((word) => covers(word, key)))).toEqual([]);
  expect(told.filter((word) => !unread.some((key) => covers(word, key)))).toEqual([]);
});
