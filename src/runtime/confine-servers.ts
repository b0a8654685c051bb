/**
 * Puts servers into a sandbox: those that give agents their files, those known to run commands, and those whose config
 * asks for it. In it, what was published, other agents' workspaces and the user's folders are read-only, whatever the
 * server or a command it runs tries; to a program that agents share, their own workspaces too. Where there is no sandbox,
 * the agent has views of its own and the rules of the pipeline.
 */
import type { AgentConfig } from '../config/schema/agent-config.ts';
import { mcpErrors } from '../errors/mcp-errors.ts';
import type { ServerSpec, StdioServerSpec } from '../mcp/server-spec.ts';
import { serverProfile } from '../policy/server-profile.ts';
import type { Sandbox, SandboxPlaces } from '../process/sandbox.ts';
import type { ServerSpecs } from './server-specs.ts';

export interface ConfineOptions {
  readonly agent: AgentConfig;
  /** Looked for only when a server wants one; undefined where there is none. */
  readonly sandbox: () => Promise<Sandbox | undefined>;
  readonly places: {
    /** For programs that work for this agent alone. */
    readonly own: SandboxPlaces;
    /** For those that several agents share; the same for each of them. */
    readonly shared: SandboxPlaces;
  };
}

type Wish = 'wanted' | 'required' | 'no';

export async function confineServers<T extends ServerSpecs>(planned: T, options: ConfineOptions): Promise<T> {
  const { own, shared } = options.places;
  const specs: ServerSpec[] = [];
  const failed = [...planned.failed];
  for (const spec of planned.specs) {
    const wish = spec.type === 'stdio' ? wishOf(spec, options.agent) : 'no';
    const sandbox = wish === 'no' ? undefined : await options.sandbox();
    if (spec.type === 'stdio' && sandbox !== undefined) {
      specs.push({ ...spec, confined: sandbox(spec.launch, spec.scope === 'agent' ? own : shared) });
    } else if (wish === 'required') {
      const { code, title, hint } = mcpErrors.sandboxMissing;
      failed.push({ server: spec.name, error: { code, message: `${title}: ${spec.name}`, hint } });
    } else specs.push(spec);
  }
  return { ...planned, specs, failed };
}

function wishOf(spec: StdioServerSpec, { backend }: AgentConfig): Wish {
  const written = backend.mcp_servers.find(({ name }) => name === spec.name);
  // Nobody wrote it: it is the one that gives the agent its files.
  if (written === undefined) return 'wanted';
  const sandbox = written.type === 'stdio' ? written.sandbox : 'off';
  if (sandbox === 'off') return 'no';
  if (sandbox === 'required') return 'required';
  return runsCommands(spec) ? 'wanted' : 'no';
}

/** A server for files that also has a shell. Browsers bring sandboxes of their own, which do not like being in one. */
function runsCommands({ launch }: StdioServerSpec): boolean {
  const profile = serverProfile(launch);
  if (profile?.directories === undefined) return false;
  return Object.values(profile.tools).some(({ effects }) => effects.includes('Exec'));
}
