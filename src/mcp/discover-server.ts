/**
 * Asks a server for everything it offers: tools, prompts, and whether it has resources. Only a list of tools that
 * cannot be had is a failure; prompts are an extra and never cost the tools.
 */
import type { Client } from '@modelcontextprotocol/client';
import { z } from 'zod';
import { anyResult } from './any-result.ts';
import { discoverTools } from './discover-tools.ts';
import type { DiscoveredPrompt, ServerDiscovery } from './server-discovery.ts';

const maxPages = 16;
const maxPrompts = 200;
/** What no model could make use of is not taken. */
const maxArguments = 64;
const maxDescriptionLength = 10_000;
const name = z.string().min(1).max(1_024);
const words = z
  .string()
  .catch('')
  .transform((text) => text.slice(0, maxDescriptionLength).toWellFormed());

const pageSchema = z.object({
  prompts: z.array(z.unknown()).catch([]),
  nextCursor: z.string().optional().catch(undefined),
});
const promptSchema = z.object({
  name,
  description: words.default(''),
  arguments: z
    .array(
      z.object({ name, description: words.default(''), required: z.boolean().catch(false).default(false) }),
    )
    .catch([])
    .default([])
    .transform((list) => list.slice(0, maxArguments)),
});

/** `timeout` is for one answer; `signal` for all. @throws Error when the list of tools is none or does not end. */
export async function discoverServer(
  client: Client,
  request: { readonly timeout: number; readonly signal: AbortSignal },
): Promise<ServerDiscovery> {
  const capabilities = client.getServerCapabilities();
  const { name: title, version } = client.getServerVersion() ?? {};
  const protocol = client.getNegotiatedProtocolVersion();
  const tools =
    capabilities?.tools === undefined ? { tools: [], dropped: [] } : await discoverTools(client, request);
  return {
    ...tools,
    hasResources: capabilities?.resources !== undefined,
    prompts: capabilities?.prompts === undefined ? [] : await discoverPrompts(client, request),
    ...(title === undefined ? {} : { version: `${title} ${version ?? ''}`.trim().slice(0, 200) }),
    ...(protocol === undefined ? {} : { protocol }),
  };
}

async function discoverPrompts(
  client: Client,
  request: { readonly timeout: number; readonly signal: AbortSignal },
): Promise<readonly DiscoveredPrompt[]> {
  const prompts = new Map<string, DiscoveredPrompt>();
  let cursor: string | undefined;
  for (let page = 0; page < maxPages && prompts.size < maxPrompts; page += 1) {
    const params = cursor === undefined ? {} : { cursor };
    let answer: unknown;
    try {
      answer = await client.request({ method: 'prompts/list', params }, anyResult, request);
    } catch (error) {
      request.signal.throwIfAborted();
      // Servers that claim prompts and then cannot list them are not rare; one that is gone has no prompts to remember.
      if (!isAnswer(error)) throw error;
      break;
    }
    const read = pageSchema.safeParse(answer);
    if (!read.success) break;
    for (const value of read.data.prompts.slice(0, maxPrompts)) {
      const prompt = promptSchema.safeParse(value);
      if (prompt.success && !prompts.has(prompt.data.name)) prompts.set(prompt.data.name, prompt.data);
    }
    cursor = read.data.nextCursor;
    if (cursor === undefined) break;
  }
  return [...prompts.values()].slice(0, maxPrompts);
}

/** The server is there and said no: with an error of the protocol, by HTTP, or with more than we take. */
function isAnswer(error: unknown): boolean {
  const { code, name } = error as { readonly code?: unknown; readonly name?: unknown };
  return typeof code === 'number' || name === 'SdkHttpError' || name === 'AnswerCutOff';
}
