/** What a server gave back for a call, as content of our own. Takes what it can use; nothing in it is an error. */
import type { ToolContent } from '../events/tool-content.ts';

type Fields = Readonly<Record<string, unknown>>;

export interface ServerContent {
  readonly content: readonly ToolContent[];
  /** The tool says that it failed. */
  readonly isError: boolean;
}

export function serverContent(result: unknown): ServerContent {
  const { content, structuredContent, isError } = fieldsOf(result);
  const blocks = Array.isArray(content) ? content.map(toContent) : [];
  const structured =
    blocks.length === 0 && structuredContent !== undefined ? [asText(structuredContent)] : [];
  return { content: [...blocks, ...structured], isError: isError === true };
}

function toContent(value: unknown): ToolContent {
  const block = fieldsOf(value);
  const { type, text, data, mimeType, resource } = block;
  if (type === 'text' && typeof text === 'string') return { type, text };
  if ((type === 'image' || type === 'audio') && typeof data === 'string') {
    return { type, data, mimeType: typeof mimeType === 'string' ? mimeType : 'application/octet-stream' };
  }
  if (type === 'resource_link' && typeof block['uri'] === 'string') {
    const name = typeof block['name'] === 'string' ? `${block['name']}: ` : '';
    return { type: 'resource', uri: block['uri'], text: `${name}${block['uri']}` };
  }
  const embedded = fieldsOf(resource);
  if (type === 'resource' && typeof embedded['uri'] === 'string') {
    return {
      type,
      uri: embedded['uri'],
      ...(typeof embedded['text'] === 'string' ? { text: embedded['text'] } : {}),
      ...(typeof embedded['blob'] === 'string' ? { data: embedded['blob'] } : {}),
      ...(typeof embedded['mimeType'] === 'string' ? { mimeType: embedded['mimeType'] } : {}),
    };
  }
  return asText(value);
}

function asText(value: unknown): ToolContent {
  try {
    return { type: 'text', text: JSON.stringify(value) ?? '' };
  } catch {
    // Only nesting beyond what can be written gets here, because it was read as JSON.
    return { type: 'text', text: '[a value that is nested too deeply to be shown]' };
  }
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}
