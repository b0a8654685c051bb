/** A tool that can be called: what is offered of it, what is known of it, and the way to it. */
import type { ToolEffects } from '../policy/tool-effects.ts';
import type { PipelineResult } from './pipeline-result.ts';
import type { ToolDefinition } from './tool-definition.ts';

export interface ResolvedTool {
  readonly definition: ToolDefinition;
  /** Absent for tools of our own. */
  readonly server?: string;
  /** The server's own name of the tool. */
  readonly serverTool?: string;
  /** Where its server runs, for servers that we start: what it resolves relative paths against. */
  readonly cwd?: string;
  /** The home directory of such a server: what `~` is to it. */
  readonly home?: string;
  /** Every path in a call must lead into one of these; absent where the server sees to it. */
  readonly folders?: readonly string[];
  /** True when its server runs in a sandbox that keeps it from what was published. */
  readonly confined?: boolean;
  readonly effects: ToolEffects;
  /** True for `new_answer` and `vote`. */
  readonly decides: boolean;
  /** How long a call may take at most, in milliseconds. Default: `longestCallMs`. */
  readonly longestMs?: number;
  invoke(
    args: Readonly<Record<string, unknown>>,
    context: { readonly call: string; readonly turn: number; readonly signal: AbortSignal },
  ): Promise<PipelineResult>;
}
