/** A tool as a server describes it. Descriptions and hints are claims of the server, not facts. */
export interface DiscoveredTool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: Readonly<Record<string, unknown>>;
}
