/** Flags that runs share, as the command line gives them. */
export type OutputForm = 'text' | 'json' | 'stream-json';

export interface RunFlags {
  readonly output: OutputForm;
  readonly config?: string;
  readonly backend?: string;
  readonly model?: string;
  readonly baseUrl?: string;
  readonly systemMessage?: string;
  /** Seconds. */
  readonly orchestratorTimeout?: number;
  readonly seed?: number;
  readonly isolateWorkspaces?: boolean;
  readonly display?: boolean;
  readonly logs?: boolean;
  readonly debug?: boolean;
  /** MCP servers to watch closely: names, or true for all. */
  readonly mcpDebug?: true | readonly string[];
}
