/**
 * Which team is asked: the file the user names, else one that is found, else what the environment has keys for.
 * A file that was merely found is not the user's word for the programs it starts.
 */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ConfigDiagnostic } from '../config/config-diagnostic.ts';
import { loadConfig } from '../config/load-config.ts';
import { configFromValue } from '../config/parse-config.ts';
import { renderDiagnostics } from '../config/render-diagnostics.ts';
import type { LoadedConfig } from '../config/loaded-config.ts';
import type { MassGenConfig } from '../config/schema/massgen-config.ts';
import type { Environment } from '../config/variables.ts';
import { cliErrors } from '../errors/cli-errors.ts';
import { configErrors } from '../errors/config-errors.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { namedConfig } from './named-config.ts';
import { quickTeam } from './quick-team.ts';
import type { RunFlags } from './run-flags.ts';
import { teamFromEnvironment } from './team-from-environment.ts';

export interface ChosenConfig {
  readonly config: MassGenConfig;
  /** Absolute. */
  readonly path?: string;
  /** True when no file says where agents work, so each works in the run. */
  readonly workspacesForAll: boolean;
}

/**
 * @throws MassGenError when there is no team or its config cannot be used. Problems of the file are on stderr then,
 * or in `data.problems` where the output is for programs.
 */
export async function chooseConfig(
  flags: RunFlags,
  cwd: string,
  environment: Environment,
): Promise<ChosenConfig> {
  const chosen = await choose(flags, cwd, environment);
  if (!isQuick(flags) || flags.config !== undefined) warnOfUnused(flags);
  if (flags.orchestratorTimeout === undefined) return chosen;
  const { config } = chosen;
  const timeout_settings = {
    ...config.timeout_settings,
    orchestrator_timeout_seconds: flags.orchestratorTimeout,
  };
  return { ...chosen, config: { ...config, timeout_settings } };
}

async function choose(flags: RunFlags, cwd: string, environment: Environment): Promise<ChosenConfig> {
  if (flags.config !== undefined) {
    const path = resolve(cwd, namedConfig(flags.config));
    return { config: usable(await loadConfig(path), flags), path, workspacesForAll: false };
  }
  if (isQuick(flags)) {
    return { config: quickTeam(flags), workspacesForAll: true };
  }
  const found = foundConfigs(cwd, environment).find((path) => existsSync(path));
  if (found !== undefined) {
    const config = usable(await loadConfig(found), flags);
    const starts = programsOf(config);
    if (starts.length > 0) {
      throw new MassGenError(cliErrors.configUntrusted, { detail: `${found} starts: ${starts.join('; ')}` });
    }
    return { config, path: found, workspacesForAll: false };
  }
  const team = teamFromEnvironment(environment);
  if (team === undefined) throw new MassGenError(cliErrors.noTeam);
  return { config: usable(configFromValue(team), flags), workspacesForAll: true };
}

/** The command lines that a config names. */
function programsOf({ agents, filesystem }: MassGenConfig): readonly string[] {
  const files = [filesystem, ...agents.map(({ backend }) => backend.filesystem)].flatMap(
    (each) => each?.server ?? [],
  );
  const servers = agents.flatMap(({ backend }) =>
    backend.mcp_servers.flatMap((server) => (server.type === 'stdio' ? [server] : [])),
  );
  return [...files, ...servers].map(({ command, args }) => [command, ...args].flat().join(' '));
}

function isQuick({ backend, model, baseUrl }: RunFlags): boolean {
  return backend !== undefined || model !== undefined || baseUrl !== undefined;
}

/** v0.0.15 took these flags beside a config and did nothing with them. */
function warnOfUnused({ model, baseUrl, systemMessage }: RunFlags): void {
  const unused = [
    ...(model === undefined ? [] : ['--model']),
    ...(baseUrl === undefined ? [] : ['--base-url']),
    ...(systemMessage === undefined ? [] : ['--system-message']),
  ];
  if (unused.length === 0) return;
  process.stderr.write(
    `warning: without effect, because the team comes from a config: ${unused.join(', ')}\n`,
  );
}

function foundConfigs(cwd: string, environment: Environment): readonly string[] {
  const home = environment['XDG_CONFIG_HOME'] ?? join(environment['HOME'] ?? homedir(), '.config');
  return [join(cwd, 'massgen.yaml'), join(home, 'massgen', 'massgen.yaml')];
}

function usable({ config, diagnostics, path }: LoadedConfig, { output }: RunFlags): MassGenConfig {
  if (output === 'text' || config !== undefined) {
    const shown = diagnostics.filter(isWorthShowing);
    if (shown.length > 0) process.stderr.write(`${renderDiagnostics(shown)}\n`);
  }
  if (config !== undefined) return config;
  const problems = diagnostics.map(({ excerpt: _, ...problem }) => problem);
  throw new MassGenError(cliErrors.configInvalid, {
    ...(path === undefined ? {} : { detail: path }),
    ...(output === 'text' ? {} : { data: { problems } }),
  });
}

/** A backend that cannot run ends the command with an error of its own. */
function isWorthShowing({ severity, code }: ConfigDiagnostic): boolean {
  return severity !== 'note' && code !== configErrors.notRunnable.code;
}
