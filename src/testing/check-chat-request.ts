/**
 * What strict providers check in a chat request before any model sees it: known roles, content where it must
 * be, tools and their parameters, arguments that are JSON objects, every call answered right behind it exactly
 * once, and well-formed Unicode throughout. The text names the place as theirs do.
 */
export interface ChatToolCall {
  readonly id: string;
  readonly type: 'function';
  readonly function: { readonly name: string; readonly arguments: string };
}

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly content?: string | null;
  readonly reasoning_content?: string;
  readonly tool_calls?: readonly ChatToolCall[];
  readonly tool_call_id?: string;
}

export interface ChatRequestBody {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly tools?: readonly {
    readonly type: 'function';
    readonly function: {
      readonly name: string;
      readonly description?: string;
      /** Absent for a tool without arguments. */
      readonly parameters?: Readonly<Record<string, unknown>>;
    };
  }[];
  readonly stream?: boolean;
  readonly stream_options?: { readonly include_usage?: boolean };
  readonly [parameter: string]: unknown;
}

const toolName = /^[a-zA-Z0-9_-]{1,64}$/u;
const maxTools = 128;
const maxDescription = 1_024;
/** What stands there is no schema. */
const valueKeywords: ReadonlySet<string> = new Set(['enum', 'const', 'default', 'examples']);

/** What is wrong with the request; undefined when a strict provider would take it. */
export function checkChatRequest(body: ChatRequestBody): string | undefined {
  const odd = findLoneSurrogate(body, 'body');
  if (odd !== undefined) return `${odd} holds a lone surrogate`;
  if (body.model === '') return 'model must not be empty';
  if (body.messages.length === 0) return 'messages must not be empty';
  return checkTools(body) ?? checkMessages(body.messages);
}

function checkTools({ tools }: ChatRequestBody): string | undefined {
  if (tools === undefined) return undefined;
  if (tools.length === 0) return 'tools must not be empty';
  if (tools.length > maxTools) return `tools are ${tools.length}, more than ${maxTools}`;
  const names = tools.map((tool) => tool.function.name);
  const bad = names.findIndex((name) => !toolName.test(name));
  if (bad >= 0) return `tools[${bad}].function.name does not match ${toolName.source}`;
  if (new Set(names).size < names.length) return 'tools hold a name twice';
  for (const [index, { function: tool }] of tools.entries()) {
    const at = `tools[${index}].function`;
    const { length = 0 } = tool.description ?? {};
    if (length > maxDescription)
      return `${at}.description has ${length} characters, more than ${maxDescription}`;
    const problem = tool.parameters === undefined ? undefined : checkParameters(tool.parameters);
    if (problem !== undefined) return `${at}.parameters${problem}`;
  }
  return undefined;
}

function checkParameters(schema: Readonly<Record<string, unknown>>): string | undefined {
  if (schema['type'] !== 'object') return ' must be of type object';
  const combined = ['oneOf', 'anyOf', 'allOf', 'enum', 'const', 'not'].find((word) => word in schema);
  if (combined !== undefined) return ` must not have '${combined}' at the top level`;
  if (!isObject(schema['properties'])) return ': object schema missing properties';
  return checkLists(schema, '');
}

/** Lists must say what is in them. */
function checkLists(value: unknown, path: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { type, items } = value as Readonly<Record<string, unknown>>;
  if ((type === 'array' || (Array.isArray(type) && type.includes('array'))) && !isObject(items)) {
    return `${path}: array schema missing items`;
  }
  for (const [key, held] of Object.entries(value)) {
    const problem = valueKeywords.has(key) ? undefined : checkLists(held, `${path}.${key}`);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function checkMessages(messages: readonly ChatMessage[]): string | undefined {
  let open: string[] = [];
  for (const [index, message] of messages.entries()) {
    const at = `messages[${index}]`;
    if (message.role === 'tool') {
      if (typeof message.content !== 'string') return `${at}.content must be a string`;
      if (!open.includes(message.tool_call_id ?? '')) {
        return `${at}.tool_call_id answers no open call of the preceding assistant message`;
      }
      open = open.filter((id) => id !== message.tool_call_id);
      continue;
    }
    if (open.length > 0) return `${at}: the calls ${open.join(', ')} before it have no results`;
    if (message.role === 'assistant') {
      const problem = checkAssistant(message);
      if (problem !== undefined) return `${at}${problem}`;
      open = (message.tool_calls ?? []).map((call) => call.id);
    } else if (message.role === 'system' || message.role === 'user') {
      if (typeof message.content !== 'string' || message.content === '')
        return `${at}.content must not be empty`;
    } else {
      return `${at}.role ${JSON.stringify(message.role)} is unknown`;
    }
  }
  return open.length > 0 ? `the calls ${open.join(', ')} have no results` : undefined;
}

function checkAssistant({ content, tool_calls: calls = [] }: ChatMessage): string | undefined {
  if ((content ?? '') === '' && calls.length === 0) return ' needs content or tool_calls';
  if (new Set(calls.map((call) => call.id)).size < calls.length) return '.tool_calls hold an id twice';
  for (const [index, call] of calls.entries()) {
    if (call.id === '') return `.tool_calls[${index}].id must not be empty`;
    if (!toolName.test(call.function.name)) return `.tool_calls[${index}].function.name is not a valid name`;
    if (!isJsonObject(call.function.arguments))
      return `.tool_calls[${index}].function.arguments is no JSON object`;
  }
  return undefined;
}

function isJsonObject(text: string): boolean {
  try {
    return isObject(JSON.parse(text));
  } catch {
    // Text that is not JSON is what this looks for.
    return false;
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function findLoneSurrogate(value: unknown, path: string): string | undefined {
  if (typeof value === 'string') return value.isWellFormed() ? undefined : path;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, held] of Object.entries(value)) {
    const found = key.isWellFormed() ? findLoneSurrogate(held, `${path}.${key}`) : `${path} (a key)`;
    if (found !== undefined) return found;
  }
  return undefined;
}
