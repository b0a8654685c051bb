/** One agent from flags alone, as v0.0.15 made it. What is wrong with it is said in terms of the flags. */
import { configFromValue } from '../config/parse-config.ts';
import type { MassGenConfig } from '../config/schema/massgen-config.ts';
import { cliErrors } from '../errors/cli-errors.ts';
import { configErrors } from '../errors/config-errors.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import type { RunFlags } from './run-flags.ts';

const flagOf: ReadonlyMap<string | undefined, string> = new Map([
  ['agent.backend.type', '--backend'],
  ['agent.backend.model', '--model'],
  ['agent.backend.base_url', '--base-url'],
]);

/** @throws MassGenError naming each flag that cannot be used or is missing. */
export function quickTeam(flags: RunFlags): MassGenConfig {
  const { config, diagnostics } = configFromValue(written(flags));
  if (config !== undefined) return config;
  const untold = diagnostics.some(({ code }) => code === configErrors.backendTypeUntold.code);
  throw new MassGenError(cliErrors.usage, {
    detail: diagnostics
      .filter(({ severity }) => severity === 'error')
      .map(({ keyPath, message }) => `${flagOf.get(keyPath) ?? keyPath ?? 'the flags'}: ${message}`)
      .join('; '),
    ...(untold ? { hint: 'Say what the model runs on with --backend TYPE.' } : {}),
  });
}

function written({ backend, baseUrl, model, systemMessage }: RunFlags): unknown {
  const type = backend ?? (baseUrl === undefined ? undefined : 'chatcompletion');
  return {
    agent: {
      id: 'agent1',
      backend: {
        ...(type === undefined ? {} : { type }),
        ...(model === undefined ? {} : { model }),
        ...(baseUrl === undefined ? {} : { base_url: baseUrl }),
      },
      ...(systemMessage === undefined ? {} : { system_message: systemMessage }),
    },
  };
}
