/** The tools of one agent by offered name. The table alone says where a call goes. */
import type { ResolvedTool } from './resolved-tool.ts';

export type ToolTable = ReadonlyMap<string, ResolvedTool>;

/** A call may take this long at most, where its tool does not say otherwise; milliseconds. */
export const longestCallMs = 600_000;

export function toolTable(tools: readonly ResolvedTool[]): ToolTable {
  return new Map(tools.map((tool) => [tool.definition.name, tool]));
}
