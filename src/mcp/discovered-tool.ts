/** A tool as a server describes it. Descriptions and hints are claims of the server, not facts. */
export interface DiscoveredTool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: Readonly<Record<string, unknown>>;
  /** `readOnlyHint`, `destructiveHint` and the like, as far as the server gives them. */
  readonly annotations?: Readonly<Record<string, unknown>>;
  /** SHA-256 over everything the server says of the tool: another one is another tool. */
  readonly hash: string;
}
