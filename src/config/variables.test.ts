import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { substituteVariables, variableUses } from './variables.ts';

const environment = { A: 'one', lower_2: 'two', EMPTY: '', REF: '${A}' };

describe('references to variables', () => {
  it('are replaced where they may stand, and only there', () => {
    const part = {
      model: '${A}',
      api_key: '${A}',
      base_url: 'https://${lower_2}/v1',
      mcp_servers: [
        {
          command: '${A}',
          args: ['--x=${A}${A}', '$A', '${ A }', '${1A}'],
          env: { A: '${EMPTY}' },
          cwd: '${A}',
        },
        { url: '${A}', headers: { B: 'Bearer ${A}' }, security: { env: { allowed_vars: ['${A}'] } } },
      ],
      turns: [{ steps: [{ tool: 't', args: { env: '${A}' } }] }],
    };
    expect(substituteVariables(part, environment)).toEqual({
      missing: [],
      value: {
        ...part,
        api_key: 'one',
        base_url: 'https://two/v1',
        mcp_servers: [
          { command: 'one', args: ['--x=oneone', '$A', '${ A }', '${1A}'], env: { A: '' }, cwd: '${A}' },
          { url: 'one', headers: { B: 'Bearer one' }, security: { env: { allowed_vars: ['${A}'] } } },
        ],
      },
    });
  });

  it('to what is not set are kept and named once', () => {
    const part = { env: { X: '${GONE} ${A}', Y: '${GONE}', Z: '${constructor}' } };
    expect(substituteVariables(part, environment)).toEqual({
      value: { env: { X: '${GONE} one', Y: '${GONE}', Z: '${constructor}' } },
      missing: ['GONE', 'constructor'],
    });
  });

  it('are not looked for in what a variable holds', () => {
    expect(substituteVariables({ args: ['${REF}'] }, environment).value).toEqual({ args: ['${A}'] });
  });

  it('leave a part without them as it is', () => {
    const plain = fc.dictionary(fc.constantFrom('args', 'env', 'url', 'x'), fc.jsonValue());
    fc.assert(
      fc.property(plain, (part) => {
        fc.pre(!JSON.stringify(part).includes('${'));
        expect(substituteVariables(part, {})).toEqual({ value: part, missing: [] });
      }),
    );
  });

  it('are listed with their paths', () => {
    expect(variableUses({ api_key: '${A}', mcp_servers: { w: { args: ['x', '${B}-${C}'] } } })).toEqual([
      { path: ['api_key'], name: 'A' },
      { path: ['mcp_servers', 'w', 'args', 1], name: 'B' },
      { path: ['mcp_servers', 'w', 'args', 1], name: 'C' },
    ]);
  });
});
