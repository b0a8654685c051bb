import { describe, expect, it } from 'vitest';
import { parseConfig } from './parse-config.ts';
import { renderDiagnostics } from './render-diagnostics.ts';

function rendered(text: string): string {
  return renderDiagnostics(parseConfig(text, { format: 'yaml', name: 'team.yaml' }).diagnostics);
}

describe('diagnostics for people', () => {
  it('name the place, show the line with a mark, and say what to do', () => {
    expect(
      rendered(
        'agents:\n  - backend: { type: script, turns: [{ steps: [] }] }\nui:\n\n  display_type: rich\n',
      ),
    ).toBe(
      [
        'team.yaml:5:17: error MG1117 ui.display_type: "rich" is not one of rich_terminal, terminal, simple',
        '    5 |   display_type: rich',
        '      |                 ^^^^',
        '      = Did you mean `rich_terminal`?',
        '',
      ].join('\n'),
    );
  });

  it('set the mark under a tab by a tab', () => {
    expect(rendered('agents:\n\t- x\n')).toContain('    2 | \t- *\n      | ^');
    expect(rendered('{\n\t"ui": 5 }')).toContain('    2 | \t"ui": 5 }\n      | \t      ^\n');
  });

  it('show only structure and known keys where the text cannot be parsed', () => {
    expect(rendered('agents:\n  - backend:\n      type: "lmstudio\n      secret: hidden words\n')).toContain(
      '3:13: error MG1109: this quote is not closed\n    3 |       type: "********\n      |             ^\n',
    );
    expect(rendered('agents: [{ model: word, type word }\n')).toContain(
      'agents: [{ model: ****, type **** }',
    );
  });

  it('cut long lines around the place', () => {
    const text = rendered(`agents: [${'{ backend: { type: lmstudio } }, '.repeat(30)}5]\n`);
    const [, line = '', mark = ''] = text.split('\n');
    expect(line.length).toBeLessThan(180);
    expect(line[mark.indexOf('^')]).toBe('5');
    expect(line).toMatch(/^ {4}1 \| ….* 5\]$/);
  });

  it('do not let a config steer the terminal', () => {
    const text = rendered(
      '"\\e[2J\\u202e": 1\n# \u001b[31m\nui: "\u0085" # \u202e\nagents: 5 # \u202e\u{e0001}\n',
    );
    expect(text).toContain('unknown key "\\u001b[2J\\u{202e}"');
    expect(text).not.toMatch(/[^\P{C}\n]/u);
  });

  it('are nothing for a config without findings', () => {
    expect(renderDiagnostics([])).toBe('');
  });
});
