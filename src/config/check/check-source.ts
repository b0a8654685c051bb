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
  const problems: ConfigProblem[] = [...source.problems];
  const fail = (definition: ConfigProblem['definition'], message: string): CheckedSource => {
    return { problems: [...problems, { severity: 'error', definition, message, path: [] }] };
  };
  const { root } = source;
  const isBroken = problems.some(({ severity }) => severity === 'error');
  if (root === undefined && isBroken) return { problems };
  if (root === undefined || (root.kind === 'scalar' && root.value === null)) {
    return fail('emptyConfig', 'the config is empty');
  }
  if (root.kind !== 'map') return fail('wrongType', 'a config is a map of keys such as `agents`');

  const strict = options.strict ?? false;
  problems.push(...prototypeKeys(root).map(({ path }) => unknownKeyProblem(path, keys, strict)));
  const value = plainValue(root) as Record<string, unknown>;
  problems.push(...secretProblems(value), ...removeIgnored(value, keys));
  problems.push(...backendKeyProblems(value, keys, strict));
  problems.push(...nameProblems(value), ...serverProblems(value));
  const pass = schemaPass(value, keys, strict);
  problems.push(...pass.problems);
  if (namesNoAgents(value) && !problems.some(({ definition }) => definition === 'noAgents')) {
    problems.push({ severity: 'error', definition: 'noAgents', message: 'names no agents', path: ['agents'] });
  }
  if (pass.config !== undefined && options.environment !== undefined) {
    const severity = options.requireEnvironment === true ? 'error' : 'warning';
    problems.push(...environmentProblems(value, pass.config, options.environment, severity));
  }
  const refused = pass.config === undefined || problems.some(({ severity }) => severity === 'error');
  return refused || pass.config === undefined ? { problems } : { config: pass.config, problems };
}

function namesNoAgents({ agent, agents }: Readonly<Record<string, unknown>>): boolean {
  const isEmpty = Array.isArray(agents) ? agents.length === 0 : isMap(agents) && Object.keys(agents).length === 0;
  return (agent ?? null) === null && ((agents ?? null) === null || isEmpty);
}
