import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { keyTree, type KeyNode } from './keys/key-node.ts';
import { maskConfig } from './mask-config.ts';
import { configFromValue, parseConfig } from './parse-config.ts';
import { renderDiagnostics } from './render-diagnostics.ts';
import { substituteVariables } from './variables.ts';

/** Names of keys that occur in the schema, those of objects themselves, and others. */
const names = fc.oneof(
  fc.constantFrom(...new Set(keyNames(keyTree()))),
  fc.constantFrom('__proto__', 'constructor', 'toString', 'hasOwnProperty', '<<', '', 'a'),
  fc.string({ maxLength: 5 }),
);

const scalars = fc.oneof(
  fc.constantFrom(
    null,
    true,
    0,
    -1,
    Infinity,
    'script',
    'lmstudio',
    'stdio',
    'strict',
    'gpt-5',
    '${A}',
    'no',
    '22:22',
  ),
  fc.string({ maxLength: 8 }),
  fc.double(),
);

const { anything } = fc.letrec<{ anything: unknown }>((tie) => ({
  anything: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    scalars,
    fc.array(tie('anything'), { maxLength: 4 }),
    fc.array(fc.tuple(names, tie('anything')), { maxLength: 6 }).map(ownEntries),
  ),
}));

/** Configs that are nearly right. */
const nearly = fc
  .tuple(anything, anything, anything, names, anything)
  .map(([servers, step, extra, key, value]) => ({
    agents: [
      ownEntries([
        [
          'backend',
          ownEntries([
            ['type', 'script'],
            ['mcp_servers', servers],
            ['turns', [{ steps: [step] }]],
            [key, value],
          ]),
        ],
      ]),
      extra,
    ],
    ...ownEntries([[key, value]]),
  }));

const nothingAdded = Object.getOwnPropertyNames(Object.prototype).join();

function check(value: unknown): void {
  const loaded = configFromValue(value);
  const errors = loaded.diagnostics.filter(({ severity }) => severity === 'error');
  expect(loaded.config === undefined).toBe(errors.length > 0);
  renderDiagnostics(loaded.diagnostics);
  if (loaded.config !== undefined) {
    substituteVariables(maskConfig(loaded.config), { A: 'x' });
    expect(configFromValue(loaded.config).config).toEqual(loaded.config);
  }
  expect(Object.getOwnPropertyNames(Object.prototype).join()).toBe(nothingAdded);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
}

describe('any value as a config', () => {
  it('is checked without throwing or changing other objects', () => {
    fc.assert(fc.property(anything, check), { numRuns: 250 });
  });

  it('is checked so when a type is no text and a key stands beside it', () => {
    for (const type of [{ toString: null }, [[[{ toString: null }]]], 0]) {
      check({ agents: [{ backend: { type, api_key: null } }] });
      check({ agents: [{ backend: { type: 'script', turns: [{ steps: [{ type, api_key: null }] }] } }] });
    }
  });

  it('is checked so when it is nearly right', () => {
    fc.assert(fc.property(nearly, check), { numRuns: 250 });
  });

  it('is checked alike in code, as YAML and as JSON', () => {
    // These two mean something to JSON.parse and to YAML.
    const value = nearly.filter((config) => !/"(?:__proto__|<<)"/.test(JSON.stringify(config)));
    fc.assert(
      fc.property(value, (config) => {
        const plain = JSON.parse(JSON.stringify(config)) as unknown;
        const told = (loaded: ReturnType<typeof configFromValue>): string[] =>
          loaded.diagnostics
            .filter(({ code }) => code !== 'MG1114')
            .map(({ code, keyPath, message }) => `${code} ${keyPath} ${message}`)
            .toSorted();
        const expected = told(configFromValue(plain));
        expect(told(parseConfig(JSON.stringify(plain), { format: 'json' }))).toEqual(expected);
        expect(
          told(parseConfig(stringify(plain, { aliasDuplicateObjects: false }), { format: 'yaml' })),
        ).toEqual(expected);
      }),
      { numRuns: 150 },
    );
  });

  it('that is any text is read without throwing', () => {
    const pieces = fc.constantFrom(
      'agents',
      ':',
      ': ',
      '\n',
      '  ',
      '- ',
      '[',
      ']',
      '{',
      '}',
      '"',
      "'",
      '&a ',
      '*a',
      '!t ',
      '|',
      '#',
      '? ',
      '<<',
      '\t',
      ',',
      '---\n',
      '\u0000',
      'backend',
      'api_key',
    );
    fc.assert(
      fc.property(
        fc.array(pieces, { maxLength: 40 }),
        fc.constantFrom('yaml' as const, 'json' as const),
        (parts, format) => {
          const { config, diagnostics } = parseConfig(parts.join(''), { format });
          expect(config === undefined).toBe(diagnostics.some(({ severity }) => severity === 'error'));
          renderDiagnostics(diagnostics);
        },
      ),
      { numRuns: 1000 },
    );
  });
});

/** An object with these properties as its own, `__proto__` too. */
function ownEntries(entries: readonly (readonly [string, unknown])[]): object {
  return Object.fromEntries(entries) as object;
}

function keyNames(node: KeyNode): string[] {
  const below = [...node.children.values(), ...(node.item === undefined ? [] : [node.item])];
  return [...node.children.keys(), ...below.flatMap(keyNames)];
}
