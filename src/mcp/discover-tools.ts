/**
 * Lists the tools of a server. A tool that no provider could be offered is dropped by itself, with the reason; the
 * other tools of the server are not touched by it.
 */
import { hash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { Client } from '@modelcontextprotocol/client';
import { z } from 'zod';
import { anyResult } from './any-result.ts';
import type { DiscoveredTool } from './discovered-tool.ts';
import type { DroppedTool, ServerDiscovery } from './server-discovery.ts';

const maxPages = 64;
/** Beyond it a list is no use to any model, and costs memory and time at each start. */
const maxTools = 2_000;
/** Read in one go, before other work gets its turn: so many tools, so many characters of JSON. */
const atOnce = { tools: 100, length: 500_000 };
const maxNameLength = 1_024;
const maxDescriptionLength = 10_000;
/** Characters of JSON; beyond it providers refuse the whole request, and compiling takes seconds. */
const maxSchemaLength = 100_000;
/** Characters of everything a server says of a tool, as for icons and the form of its results. */
const maxDefinitionLength = 1_000_000;

const pageSchema = z.object({
  tools: z.array(z.unknown()),
  nextCursor: z.string().optional().catch(undefined),
});
const toolSchema = z.object({
  name: z.string().min(1).max(maxNameLength),
  description: z.string().catch(''),
  annotations: z.record(z.string(), z.unknown()).optional().catch(undefined),
  // A schema without a type is taken as one of an object, because the arguments of a call are one.
  inputSchema: z.looseObject({ type: z.literal('object').default('object') }).default({ type: 'object' }),
});

/** `timeout` is for one page; `signal` for all of them. @throws Error when the list is none or does not end. */
export async function discoverTools(
  client: Client,
  request: { readonly timeout: number; readonly signal: AbortSignal },
): Promise<Pick<ServerDiscovery, 'tools' | 'dropped'>> {
  const tools = new Map<string, DiscoveredTool>();
  const dropped: DroppedTool[] = [];
  let listed = 0;
  let looked = 0;
  let cursor: string | undefined;
  const turn = createTurns();
  for (let page = 0; page < maxPages; page += 1) {
    const params = cursor === undefined ? {} : { cursor };
    const result = pageSchema.safeParse(
      await client.request({ method: 'tools/list', params }, anyResult, request),
    );
    if (!result.success) throw new Error('its answer to tools/list has no list of tools');
    listed += result.data.tools.length;
    for (const tool of result.data.tools.slice(0, maxTools - looked)) {
      looked += 1;
      const read = readTool(tool);
      if ('reason' in read.tool) dropped.push(read.tool);
      else if (tools.has(read.tool.name))
        dropped.push({ name: read.tool.name, reason: 'a second tool of that name' });
      else tools.set(read.tool.name, read.tool);
      await turn(read.length);
    }
    cursor = result.data.nextCursor;
    if (cursor !== undefined && listed < maxTools) continue;
    const left = listed - looked;
    if (left > 0) dropped.push({ name: '', reason: `${left} more tools, beyond the first ${maxTools}` });
    return { tools: [...tools.values()], dropped };
  }
  throw new Error(`its list of tools did not end after ${maxPages} pages`);
}

/** A list can hold thousands of tools and large ones; others want their turn too. */
function createTurns(): (length: number) => Promise<void> {
  let tools = 0;
  let length = 0;
  return async (more) => {
    tools += 1;
    length += more;
    if (tools < atOnce.tools && length < atOnce.length) return;
    tools = 0;
    length = 0;
    await setImmediate();
  };
}

interface ReadTool {
  readonly tool: DiscoveredTool | DroppedTool;
  /** Characters of JSON that were looked at. */
  readonly length: number;
}

function readTool(value: unknown): ReadTool {
  const whole = jsonLength(value);
  const length = whole ?? maxDefinitionLength;
  const drop = (name: string, reason: string): ReadTool => ({ tool: { name, reason }, length });
  const parsed = toolSchema.safeParse(value);
  if (!parsed.success) {
    const { name } = (value ?? {}) as { readonly name?: unknown };
    const issue = parsed.error.issues[0];
    return drop(
      typeof name === 'string' ? name.slice(0, maxNameLength) : '',
      `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is wrong'}`,
    );
  }
  const { name, description, inputSchema, annotations } = parsed.data;
  const schemaLength = jsonLength(inputSchema);
  if (schemaLength === undefined) return drop(name, 'its schema is nested too deeply');
  if (schemaLength > maxSchemaLength) return drop(name, `its schema has ${schemaLength} characters`);
  if (whole === undefined) return drop(name, 'its definition is nested too deeply');
  if (length > maxDefinitionLength) return drop(name, `its definition has ${length} characters`);
  const tool = {
    name,
    description: description.slice(0, maxDescriptionLength).toWellFormed(),
    inputSchema,
    ...(annotations === undefined ? {} : { annotations }),
    hash: definitionHash(value),
  };
  return { tool, length };
}

/** Over everything the server says of the tool, also what we do not use: any of it can carry a changed meaning. */
function definitionHash(definition: unknown): string {
  return hash('sha256', JSON.stringify(definition, sortedKeys) ?? '').slice(0, 32);
}

/** The order of keys is no part of a definition. */
function sortedKeys(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Undefined when the value is nested too deeply to be written. */
function jsonLength(value: unknown): number | undefined {
  try {
    return JSON.stringify(value).length;
  } catch {
    // It was read as JSON, so nothing but its depth can be in the way.
    return undefined;
  }
}
