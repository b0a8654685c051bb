/**
 * Fills `{{name}}` in the written texts and arguments of a script with what the run knows and what earlier calls
 * gave back, so that a scripted answer says what the tools really found. Unknown names are an error of the script.
 */
import { agentErrors } from '../../../errors/agent-errors.ts';
import { MassGenError } from '../../../errors/massgen-error.ts';

export type TemplateValues = ReadonlyMap<string, string>;

/** @throws MassGenError naming the unknown name or filter. */
export function fillTemplate(text: string, values: TemplateValues): string {
  return text.replaceAll(/\{\{([^{}|]+)(\|[^{}]*)?\}\}/gu, (_, written: string, filters: string = '') => {
    const name = written.trim();
    const value = values.get(name);
    if (value === undefined) {
      throw new MassGenError(agentErrors.scriptTemplate, {
        detail: `{{${name}}}`,
        hint: `Known here: ${[...values.keys()].join(', ')}`,
      });
    }
    const steps = filters.split('|').map((filter) => filter.trim());
    return steps.filter((filter) => filter !== '').reduce(applyFilter, value);
  });
}

/** The same for every string inside a JSON-like value. */
export function fillDeep(value: unknown, values: TemplateValues): unknown {
  if (typeof value === 'string') return fillTemplate(value, values);
  if (Array.isArray(value)) return value.map((item) => fillDeep(item, values));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fillDeep(item, values)]));
  }
  return value;
}

function applyFilter(value: string, filter: string): string {
  const lines = value.split('\n').filter((line) => line.trim() !== '');
  const [name = ''] = filter.split(/\s/u, 1);
  const rest = filter.slice(name.length).trim();
  switch (name) {
    case 'lines':
      return lines.map((line) => `- ${line.trim()}`).join('\n');
    case 'count':
      return String(lines.length);
    case 'first':
      return lines[0]?.trim() ?? '';
    case 'head': {
      if (!/^\d*$/u.test(rest)) {
        throw new MassGenError(agentErrors.scriptTemplate, {
          detail: `head ${rest}`,
          hint: 'head takes a number of lines.',
        });
      }
      const kept = lines.slice(0, rest === '' ? 10 : Number(rest));
      const left = lines.length - kept.length;
      return (left === 0 ? kept : [...kept, `… and ${left} more`]).join('\n');
    }
    case 'grep':
      return lines.filter((line) => line.includes(rest)).join('\n');
    case 'after':
      return lines
        .filter((line) => line.includes(rest))
        .map((line) => line.slice(line.indexOf(rest) + rest.length).trim())
        .join('\n');
    default:
      throw new MassGenError(agentErrors.scriptTemplate, {
        detail: `filter ${name}`,
        hint: 'Filters: lines, count, first, head N, grep TEXT, after TEXT',
      });
  }
}
