/** What a server offers, as one connection found it. Plain data, so that it can be kept for the next start. */
import type { DiscoveredTool } from './discovered-tool.ts';

export interface DroppedTool {
  /** As far as it has one. */
  readonly name: string;
  readonly reason: string;
}

export interface DiscoveredPrompt {
  readonly name: string;
  readonly description: string;
  readonly arguments: readonly {
    readonly name: string;
    readonly description: string;
    readonly required: boolean;
  }[];
}

export interface ServerDiscovery {
  readonly tools: readonly DiscoveredTool[];
  /** Listed by the server, and of a form that no provider could be offered. */
  readonly dropped: readonly DroppedTool[];
  /** It has resources to read. */
  readonly hasResources: boolean;
  readonly prompts: readonly DiscoveredPrompt[];
  /** Name and version the server gives itself. */
  readonly version?: string;
  /** Version of the protocol that was agreed on. */
  readonly protocol?: string;
}
