/**
 * Everything that is checked about a config once its text is a tree. All problems are found at once as far as they
 * do not hide each other.
 */
import type { ConfigProblem } from '../config-problem.ts';
import type { KeyNode } from '../keys/key-node.ts';
import type { MassGenConfig } from '../schema/massgen-config.ts';
import { plainValue, prototypeKeys } from '../source/source-node.ts';
import type { SourceResult } from '../source/source-result.ts';
import type { Environment } from '../variables.ts';
import { environmentProblems } from './environment-problems.ts';
import { filesystemProblems } from './filesystem-problems.ts';
import { backendKeyProblems, removeIgnored } from './key-problems.ts';
import { nameProblems } from './name-problems.ts';
import { schemaPass, unknownKeyProblem } from './schema-pass.ts';
import { secretProblems } from './secret-problems.ts';
import { serverProblems } from './server-problems.ts';
import { isMap } from './value-at.ts';

export interface CheckOptions {
  /** Unknown keys are errors. Default false: warnings. */
  readonly strict?: boolean;
  /** Look for the variables and API keys the config needs in it. Absent: not looked for. */
  readonly environment?: Environment;
  /** What `environment` lacks is an error. Default false: a warning. */
  readonly requireEnvironment?: boolean;
}

export interface CheckedSource {
  /** Present where there is no error. */
  readonly config?: MassGenConfig;
  readonly problems: readonly ConfigProblem[];
}

export function checkSource(source: SourceResult, keys: KeyNode, options: CheckOptions): CheckedSource {
  const { root } = source;
  const fail = (definition: ConfigProblem['definition'], message: string): CheckedSource => {
    return { problems: [...source.problems, { severity: 'error', definition, message, path: [] }] };
  };
  if (root === undefined && source.problems.some(isError)) return { problems: source.problems };
  if (root === undefined || (root.kind === 'scalar' && root.value === null)) {
    return fail('emptyConfig', 'the config is empty');
  }
  if (root.kind !== 'map') return fail('wrongType', 'a config is a map of keys such as `agents`');

  const strict = options.strict ?? false;
  const value = plainValue(root) as Record<string, unknown>;
  const written = [
    ...source.problems,
    ...prototypeKeys(root).map(({ path }) => unknownKeyProblem(path, keys, strict)),
    ...secretProblems(value),
    ...removeIgnored(value, keys),
    ...backendKeyProblems(value, keys, strict),
    ...nameProblems(value),
    ...serverProblems(value),
    ...filesystemProblems(value),
  ];
  const pass = schemaPass(value, keys, strict);
  const problems = [...written, ...pass.problems];
  if (namesNoAgents(value) && !problems.some(({ definition }) => definition === 'noAgents')) {
    problems.push({
      severity: 'error',
      definition: 'noAgents',
      message: 'names no agents',
      path: ['agents'],
    });
  }
  if (pass.config === undefined) return { problems };
  const lacking = environmentLack(value, pass.config, options);
  const all = [...problems, ...lacking];
  return all.some(isError) ? { problems: all } : { config: pass.config, problems: all };
}

function isError({ severity }: ConfigProblem): boolean {
  return severity === 'error';
}

function environmentLack(
  root: unknown,
  config: MassGenConfig,
  options: CheckOptions,
): readonly ConfigProblem[] {
  if (options.environment === undefined) return [];
  const severity = options.requireEnvironment === true ? 'error' : 'warning';
  return environmentProblems(root, config, options.environment, severity);
}

function namesNoAgents({ agent, agents }: Readonly<Record<string, unknown>>): boolean {
  const isEmpty = Array.isArray(agents)
    ? agents.length === 0
    : isMap(agents) && Object.keys(agents).length === 0;
  return (agent ?? null) === null && ((agents ?? null) === null || isEmpty);
}
