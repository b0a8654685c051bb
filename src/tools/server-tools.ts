/**
 * The tools of an agent's MCP servers, as they are offered to it: filtered, under names that are unique and fit every
 * provider, each with what it does. Made anew only when a server offers something else.
 */
import { mayChangeFiles } from '../events/effect.ts';
import type { McpLog } from '../logging/mcp-log.ts';
import { capabilityTools } from '../mcp/capability-tools.ts';
import type { DiscoveredTool } from '../mcp/discovered-tool.ts';
import type { AgentServer } from '../mcp/mcp-hub.ts';
import { hashedToolName, offeredToolName } from '../mcp/tool-name.ts';
import { toolClassifier, type ToolEffects } from '../policy/tool-effects.ts';
import type { ResolvedTool } from './resolved-tool.ts';

export interface ServerToolsOptions {
  /** The servers of the agent, in the order of its config. */
  readonly servers: () => readonly AgentServer[];
  /** Told of each tool what became of it, where somebody debugs the server. */
  readonly log: McpLog;
}

/** Reading what a server holds changes nothing. */
const readsServer: ToolEffects = {
  effects: ['Read'],
  pathArguments: [],
  source: 'own',
  why: 'resources and prompts are read',
};

/** Gives the tools as they are now; the same list again while nothing changes. */
export function createServerTools({ servers, log }: ServerToolsOptions): () => readonly ResolvedTool[] {
  let madeFrom: readonly unknown[] = [];
  let made: readonly ResolvedTool[] = [];
  return () => {
    const now = servers();
    const from = now.flatMap(({ spec, server }) => [spec, server.discovery]);
    if (from.length === madeFrom.length && from.every((part, index) => part === madeFrom[index])) return made;
    madeFrom = from;
    // Names that differ in case only are the same to some people and some programs.
    const taken = new Set<string>();
    made = now.flatMap((each) => toolsOf(each, taken, log));
    return made;
  };
}

function toolsOf({ spec, server }: AgentServer, taken: Set<string>, log: McpLog): readonly ResolvedTool[] {
  const { discovery } = server;
  if (discovery === undefined) return [];
  const launch = spec.type === 'stdio' ? spec.launch : undefined;
  const effectsOf = toolClassifier({
    ...(launch === undefined ? {} : { launch }),
    ...(spec.declaredEffects === undefined ? {} : { declared: spec.declaredEffects }),
    toolNames: discovery.tools.map(({ name }) => name),
  });
  const say = (tool: string, text: string, data: Readonly<Record<string, unknown>> = {}): void => {
    if (!log.wants(spec.name, 'debug')) return;
    const of = { server: spec.name, agent: spec.agent };
    log.log(of, { level: 'debug', kind: 'discovery', text: `${tool} ${text}`, tool, data });
  };

  const resolve = (tool: DiscoveredTool, effects: ToolEffects): readonly ResolvedTool[] => {
    const plain = offeredToolName(spec.name, tool.name);
    const short = hashedToolName(spec.name, tool.name);
    const named = (list: readonly string[]): boolean =>
      [tool.name, plain, short, `mcp__${spec.name}`].some((name) => list.includes(name));
    const withheld = Object.hasOwn(spec.withheld ?? {}, tool.name) ? spec.withheld?.[tool.name] : undefined;
    if (withheld !== undefined) {
      say(tool.name, `not offered: ${withheld}`);
      return [];
    }
    if (named(spec.excludedTools)) {
      say(tool.name, 'not offered: `exclude_tools` names it');
      return [];
    }
    if (!spec.allowLists.every(named)) {
      say(tool.name, 'not offered: `allowed_tools` does not name it');
      return [];
    }
    const name = taken.has(plain.toLowerCase()) ? short : plain;
    if (taken.has(name.toLowerCase())) {
      say(tool.name, 'dropped: its name is taken');
      return [];
    }
    taken.add(name.toLowerCase());
    const { effects: does, source, why } = effects;
    say(
      tool.name,
      name === plain && plain === `mcp__${spec.name}__${tool.name}` ? 'registered' : `registered as ${name}`,
      {
        offered: name,
        effects: does,
        source,
        why,
      },
    );
    const repeatable = isRepeatable(effects);
    return [
      {
        definition: { name, description: tool.description, inputSchema: tool.inputSchema },
        server: spec.name,
        serverTool: tool.name,
        ...(launch === undefined ? {} : { cwd: launch.cwd }),
        ...(launch?.env['HOME'] === undefined ? {} : { home: launch.env['HOME'] }),
        ...(spec.folders === undefined ? {} : { folders: spec.folders }),
        ...(spec.type === 'stdio' && spec.confined !== undefined ? { confined: true } : {}),
        effects,
        decides: false,
        longestMs: spec.callTotalMs,
        invoke: (args, { signal }) => server.call({ tool: tool.name, args, repeatable, signal }),
      },
    ];
  };

  return [
    ...discovery.tools.flatMap((tool) => resolve(tool, effectsOf(tool))),
    ...capabilityTools(discovery).flatMap(({ tool }) => resolve(tool, readsServer)),
  ];
}

/** Only what we are told or know, never what we guess: a call made twice cannot be taken back. */
function isRepeatable({ effects, source, idempotent = false }: ToolEffects): boolean {
  if (source === 'guess') return false;
  return idempotent || (effects.includes('Read') && !mayChangeFiles(effects));
}
