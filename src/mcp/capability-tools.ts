/**
 * Resources and prompts of a server as tools, because models call tools and nothing else. They stand behind the
 * server's own tools; where a server has a tool of such a name itself, its own one is meant.
 */
import { hash } from 'node:crypto';
import type { DiscoveredTool } from './discovered-tool.ts';
import type { DiscoveredPrompt, ServerDiscovery } from './server-discovery.ts';

/** What is sent to the server instead of `tools/call`. */
export interface CapabilityRequest {
  readonly method: 'resources/list' | 'resources/templates/list' | 'resources/read' | 'prompts/get';
  readonly params: Readonly<Record<string, unknown>>;
}

export interface CapabilityTool {
  readonly tool: DiscoveredTool;
  request(args: Readonly<Record<string, unknown>>): CapabilityRequest;
}

export function capabilityTools(discovery: ServerDiscovery): readonly CapabilityTool[] {
  const taken = new Set(discovery.tools.map(({ name }) => name));
  const tools = [...(discovery.hasResources ? resourceTools : []), ...discovery.prompts.map(promptTool)];
  return tools.filter(({ tool }) => {
    if (taken.has(tool.name)) return false;
    taken.add(tool.name);
    return true;
  });
}

const cursor = { type: 'string', description: 'Where to go on, as the last list said.' };

const resourceTools: readonly CapabilityTool[] = [
  {
    tool: described('list_resources', 'Lists the resources of this server: address, name and what it is.', {
      type: 'object',
      properties: { cursor },
      additionalProperties: false,
    }),
    request: (args) => ({ method: 'resources/list', params: pick(args, 'cursor') }),
  },
  {
    tool: described(
      'list_resource_templates',
      'Lists the forms of addresses under which this server has further resources.',
      { type: 'object', properties: { cursor }, additionalProperties: false },
    ),
    request: (args) => ({ method: 'resources/templates/list', params: pick(args, 'cursor') }),
  },
  {
    tool: described('read_resource', 'Reads a resource of this server by its address.', {
      type: 'object',
      properties: { uri: { type: 'string', description: 'The address, as list_resources shows it.' } },
      required: ['uri'],
      additionalProperties: false,
    }),
    request: (args) => ({ method: 'resources/read', params: pick(args, 'uri') }),
  },
];

function promptTool(prompt: DiscoveredPrompt): CapabilityTool {
  const properties = Object.fromEntries(
    prompt.arguments.map(({ name, description }) => [name, { type: 'string', description }]),
  );
  return {
    tool: described(
      prompt.name,
      `${prompt.description} (a prompt of this server: gives instructions)`.trim(),
      {
        type: 'object',
        properties,
        required: prompt.arguments.filter(({ required }) => required).map(({ name }) => name),
        additionalProperties: false,
      },
    ),
    request: (args) => ({ method: 'prompts/get', params: { name: prompt.name, arguments: args } }),
  };
}

function described(
  name: string,
  description: string,
  inputSchema: Readonly<Record<string, unknown>>,
): DiscoveredTool {
  return {
    name,
    description,
    inputSchema,
    annotations: { readOnlyHint: true },
    hash: hash('sha256', JSON.stringify([name, description, inputSchema])).slice(0, 32),
  };
}

function pick(args: Readonly<Record<string, unknown>>, name: string): Readonly<Record<string, unknown>> {
  return args[name] === undefined ? {} : { [name]: args[name] };
}
