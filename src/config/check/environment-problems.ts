/** What a config needs from the environment and does not find there, at the places that need it. */
import type { ConfigProblem } from '../config-problem.ts';
import { missingEnvironment } from '../missing-environment.ts';
import type { MassGenConfig } from '../schema/massgen-config.ts';
import { variableUses, type Environment } from '../variables.ts';
import { writtenAgents } from './written-agents.ts';

/** `root` is the written value `config` came from. */
export function environmentProblems(
  root: unknown,
  config: MassGenConfig,
  environment: Environment,
  severity: 'warning' | 'error',
): readonly ConfigProblem[] {
  const agents = writtenAgents(root);
  const unset = agents.flatMap(({ path, value }) =>
    variableUses({ backend: value['backend'] })
      .filter(({ name }) => environment[name] === undefined)
      .map(({ path: inAgent, name }): ConfigProblem => {
        const message = `the variable ${name} is not set`;
        return { severity, definition: 'variableUnset', message, path: [...path, ...inAgent] };
      }),
  );
  const paths = new Map(config.agents.map(({ id }, index) => [id, agents[index]?.path ?? []]));
  const keys = missingEnvironment(config, environment).flatMap(({ type, agent, names }): ConfigProblem[] => {
    if (type === 'variable') return [];
    const thing = type === 'api_key' ? 'API key' : 'endpoint';
    const message = `no ${thing} for agent ${agent}: set ${names.join(' or ')}`;
    return [
      {
        severity,
        definition: 'keyMissing',
        message,
        path: [...(paths.get(agent) ?? []), 'backend'],
        onKey: true,
      },
    ];
  });
  return [...unset, ...keys];
}
