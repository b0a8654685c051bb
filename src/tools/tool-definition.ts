/** A tool as it is offered to an agent. */
export interface ToolDefinition {
  /** The name the model calls, unique among all tools it is offered. */
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the arguments object. */
  readonly inputSchema: Readonly<Record<string, unknown>>;
}
