/**
 * Which team is asked: the file the user names, else one that is found, else what the environment has keys for.
 * A file that was merely found is not the user's word for the programs it starts.
 */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { loadConfig } from '../config/load-config.ts';
import { configFromValue } from '../config/parse-config.ts';
import { renderDiagnostics } from '../config/render-diagnostics.ts';
import type { LoadedConfig } from '../config/loaded-config.ts';
import type { MassGenConfig } from '../config/schema/massgen-config.ts';
import type { Environment } from '../config/variables.ts';
import { cliErrors } from '../errors/cli-errors.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import type { RunFlags } from './run-flags.ts';
import { teamFromEnvironment } from './team-from-environment.ts';

export interface ChosenConfig {
  readonly config: MassGenConfig;
  /** Absolute. */
  readonly path?: string;
  /** True when no file says where agents work, so each works in the run. */
  readonly workspacesForAll: boolean;
}

/** @throws MassGenError when there is no team or its config cannot be used; the problems are on stderr then. */
export async function chooseConfig(flags: RunFlags, cwd: string, environment: Environment): Promise<ChosenConfig> {
  const chosen = await choose(flags, cwd, environment);
  if (flags.orchestratorTimeout === undefined) return chosen;
  const { config } = chosen;
  const timeout_settings = { ...config.timeout_settings, orchestrator_timeout_seconds: flags.orchestratorTimeout };
  return { ...chosen, config: { ...config, timeout_settings } };
}

async function choose(flags: RunFlags, cwd: string, environment: Environment): Promise<ChosenConfig> {
  if (flags.config !== undefined) {
    const path = isAbsolute(flags.config) ? flags.config : resolve(cwd, flags.config);
    return { config: usable(await loadConfig(path)), path, workspacesForAll: false };
  }
  if (flags.backend !== undefined || flags.model !== undefined || flags.baseUrl !== undefined) {
    return { config: usable(configFromValue(quickTeam(flags))), workspacesForAll: true };
  }
  const found = foundConfigs(cwd, environment).find((path) => existsSync(path));
  if (found !== undefined) {
    const config = usable(await loadConfig(found));
    const starts = config.agents.flatMap(({ backend }) =>
      backend.mcp_servers.flatMap((server) => (server.type === 'stdio' ? [[server.command, ...server.args].join(' ')] : [])),
    );
    if (starts.length > 0) {
      throw new MassGenError(cliErrors.configUntrusted, { detail: `${found} starts: ${starts.join('; ')}` });
    }
    return { config, path: found, workspacesForAll: false };
  }
  const team = teamFromEnvironment(environment);
  if (team === undefined) throw new MassGenError(cliErrors.noTeam);
  return { config: usable(configFromValue(team)), workspacesForAll: true };
}

function foundConfigs(cwd: string, environment: Environment): readonly string[] {
  const home = environment['XDG_CONFIG_HOME'] ?? join(environment['HOME'] ?? homedir(), '.config');
  return [join(cwd, 'massgen.yaml'), join(home, 'massgen', 'massgen.yaml')];
}

/** One agent from flags alone, as v0.0.15 made it. */
function quickTeam(flags: RunFlags): unknown {
  const backend = {
    ...(flags.backend === undefined && flags.baseUrl !== undefined ? { type: 'chatcompletion' } : {}),
    ...(flags.backend === undefined ? {} : { type: flags.backend }),
    ...(flags.model === undefined ? {} : { model: flags.model }),
    ...(flags.baseUrl === undefined ? {} : { base_url: flags.baseUrl }),
  };
  const role = flags.systemMessage === undefined ? {} : { system_message: flags.systemMessage };
  return { agent: { id: 'agent1', backend, ...role } };
}

function usable(loaded: LoadedConfig): MassGenConfig {
  const shown = loaded.diagnostics.filter(({ severity }) => severity !== 'note');
  if (shown.length > 0) process.stderr.write(`${renderDiagnostics(shown)}\n`);
  if (loaded.config !== undefined) return loaded.config;
  throw new MassGenError(cliErrors.configInvalid, loaded.path === undefined ? {} : { detail: loaded.path });
}
