/**
 * Says in words what the schema found. A value is quoted only where fixed words or a name are expected: elsewhere
 * it could be a secret.
 */
import type { z } from 'zod';
import type { ConfigPath } from '../config-path.ts';
import type { ConfigProblem } from '../config-problem.ts';
import { didYouMean } from '../did-you-mean.ts';
import { backendTypes } from '../schema/backend-types.ts';
import { knownModels } from '../schema/model-table.ts';
import { looksSecret } from '../secrets.ts';
import type { FlatIssue } from './flat-issue.ts';
import { isMap, valueAt } from './value-at.ts';

type Issue = z.core.$ZodIssue;

export function issueProblem(found: FlatIssue, root: unknown): ConfigProblem {
  const { path } = found;
  const value = valueAt(root, path);
  switch (found.kind) {
    case 'backend type':
      return backendTypeProblem(path, value);
    case 'form':
      return wrongType(path, value, found.expected);
    case 'choice':
      return choiceProblem(path, value, found.choices);
    case 'plain':
      return plainProblem(path, value, found.issue);
    default:
      return found satisfies never;
  }
}

function plainProblem(path: ConfigPath, value: unknown, issue: Issue): ConfigProblem {
  switch (issue.code) {
    case 'invalid_type':
      return value === undefined ? missing(path) : wrongType(path, value, [issue.expected]);
    case 'invalid_value':
      return value === undefined ? missing(path) : notAllowed(path, value, issue.values);
    case 'too_small':
    case 'too_big':
      return problem(path, sizeMessage(issue));
    case 'invalid_key':
      return { ...problem(path, `${quote(path.at(-1))} ${issue.issues[0]?.message}`), onKey: true };
    case 'custom':
      if (typeof issue.params?.['definition'] !== 'string')
        return problem(path, named(path, value, issue.message));
      return {
        ...problem(path, issue.message),
        definition: issue.params['definition'] as ConfigProblem['definition'],
        ...(typeof issue.params['hint'] === 'string' ? { hint: issue.params['hint'] } : {}),
      };
    default:
      return problem(path, named(path, value, issue.message));
  }
}

function problem(path: ConfigPath, message: string): ConfigProblem {
  return { severity: 'error', definition: definitionAt(path, 'invalidValue'), message, path };
}

function definitionAt(path: ConfigPath, otherwise: ConfigProblem['definition']): ConfigProblem['definition'] {
  if (isSecurityPath(path)) return 'invalidSecurity';
  const isId = path.at(-1) === 'id' || (path.length === 2 && path[0] === 'agents');
  return isId && otherwise === 'invalidValue' ? 'invalidAgentId' : otherwise;
}

/** Whether a path lies within the security settings of an MCP server. */
export function isSecurityPath(path: ConfigPath): boolean {
  return path.some((part, index) => part === 'security' && path[index - 2] === 'mcp_servers');
}

function missing(path: ConfigPath): ConfigProblem {
  const definition = definitionAt(path, 'missingKey');
  return { severity: 'error', definition, message: `\`${path.at(-1)}\` is missing`, path };
}

const kindNames: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  int: 'a whole number',
  map: 'a map',
  nan: 'not a number',
  null: 'nothing',
  number: 'a number',
  object: 'a map',
  record: 'a map',
  string: 'a text',
};

function wrongType(path: ConfigPath, value: unknown, expected: readonly string[]): ConfigProblem {
  const wanted = [...new Set(expected.map((kind) => kindNames[kind] ?? kind))];
  const hint =
    wanted.includes('a text') && (typeof value === 'number' || typeof value === 'boolean')
      ? { hint: 'Put it in quotes to make it a text.' }
      : {};
  return {
    severity: 'error',
    definition: definitionAt(path, 'wrongType'),
    message: `must be ${wanted.join(' or ')}, not ${kindOf(value)}`,
    path,
    ...hint,
  };
}

function kindOf(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'number') return Number.isFinite(value) ? 'a number' : 'infinite or not a number';
  return kindNames[typeof value] ?? 'something else';
}

function notAllowed(path: ConfigPath, value: unknown, allowed: readonly unknown[]): ConfigProblem {
  const words = allowed.map(String);
  const meant = typeof value === 'string' ? didYouMean(value, words) : undefined;
  const otherwise = isTransport(path)
    ? 'Write `type: streamable-http` if the server speaks it; older HTTP transports are not supported.'
    : `Choose ${words.join(' or ')}.`;
  return {
    ...problem(path, `${quote(value)} is not ${words.length === 1 ? '' : 'one of '}${words.join(', ')}`),
    hint: meant === undefined ? otherwise : `Did you mean \`${meant}\`?`,
  };
}

function isTransport(path: ConfigPath): boolean {
  return path.at(-1) === 'type' && path.at(-3) === 'mcp_servers';
}

function sizeMessage(issue: Extract<Issue, { code: 'too_small' | 'too_big' }>): string {
  const limit = issue.code === 'too_small' ? issue.minimum : issue.maximum;
  const bound =
    issue.code === 'too_small'
      ? issue.inclusive === false
        ? 'more than'
        : 'at least'
      : issue.inclusive === false
        ? 'less than'
        : 'at most';
  if (issue.origin === 'string')
    return limit === 1 ? 'must not be empty' : `must have ${bound} ${limit} characters`;
  if (issue.origin === 'array')
    return limit === 1 ? 'must not be empty' : `must have ${bound} ${limit} entries`;
  return `must be ${bound} ${limit}`;
}

/** A complaint about a name says which name. */
function named(path: ConfigPath, value: unknown, complaint: string): string {
  const isName = ['id', 'name', 'save'].includes(String(path.at(-1)));
  return isName ? `${quote(value)} ${complaint}` : complaint;
}

function quote(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  if (looksSecret(text)) return 'this value';
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

function backendTypeProblem(path: ConfigPath, backend: unknown): ConfigProblem {
  const { type, model } = isMap(backend) ? backend : {};
  const place = { severity: 'error', path: [...path, 'type'] } as const;
  if (type !== undefined && type !== null) {
    if (typeof type !== 'string') return wrongType(place.path, type, ['string']);
    const meant = didYouMean(type.trim(), backendTypes);
    return {
      ...place,
      definition: 'unknownBackendType',
      message: `${quote(type)} is not a backend type`,
      hint: meant === undefined ? `Choose ${backendTypes.join(', ')}.` : `Did you mean \`${meant}\`?`,
    };
  }
  if (typeof model !== 'string') {
    const message = 'the backend needs a `type`, or a `model` that tells it';
    return { ...place, definition: 'backendTypeUntold', message };
  }
  const meant = didYouMean(model, knownModels());
  return {
    ...place,
    definition: 'backendTypeUntold',
    path: [...path, 'model'],
    message: `the model ${quote(model)} does not tell the type of the backend`,
    hint: `Add \`type:\` to the backend${meant === undefined ? '' : `, or did you mean the model \`${meant}\`?`}`,
  };
}

function choiceProblem(path: ConfigPath, value: unknown, choices: readonly string[]): ConfigProblem {
  const keys = isMap(value) ? Object.keys(value) : [];
  const chosen = choices.filter((choice) => keys.includes(choice));
  if (chosen.length > 1) {
    const message = `\`${chosen.join('` and `')}\` exclude each other`;
    return { severity: 'error', definition: 'contradictoryKeys', message, path };
  }
  const meant = keys.map((key) => didYouMean(key, choices)).find((key) => key !== undefined);
  return {
    severity: 'error',
    definition: 'missingKey',
    message: `needs one of ${choices.join(', ')}`,
    path,
    ...(meant === undefined ? {} : { hint: `Did you mean \`${meant}\`?` }),
  };
}
