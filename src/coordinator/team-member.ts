/** An agent of the team with everything its turns need: its backend, its place, its tools. */
import type { Agent } from '../agents/agent.ts';
import type { ResolvedTool } from '../tools/resolved-tool.ts';

export interface TeamMember {
  readonly agent: Agent;
  readonly alias: string;
  /** The role the config gives it. */
  readonly role?: string;
  /** Absolute, links resolved. */
  readonly workspace?: string;
  /** Tools of its servers, once they have started, and those of ours that are no decisions. */
  readonly tools: () => readonly ResolvedTool[];
  /** Names of the latter. Default none. */
  readonly ownTools?: readonly string[];
}
