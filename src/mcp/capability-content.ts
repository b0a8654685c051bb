/** What resources and prompts come back as: content like that of any tool. Takes what it can use. */
import type { ToolContent } from '../events/tool-content.ts';
import type { CapabilityRequest } from './capability-tools.ts';
import { serverContent } from './server-content.ts';

type Fields = Readonly<Record<string, unknown>>;

export function capabilityContent(
  method: CapabilityRequest['method'],
  result: unknown,
): readonly ToolContent[] {
  const { resources, resourceTemplates, nextCursor, contents, messages } = fieldsOf(result);
  switch (method) {
    case 'resources/list':
      return [listed(resources, 'uri', nextCursor)];
    case 'resources/templates/list':
      return [listed(resourceTemplates, 'uriTemplate', nextCursor)];
    case 'resources/read':
      return listOf(contents).flatMap(
        (resource) => serverContent({ content: [{ type: 'resource', resource }] }).content,
      );
    case 'prompts/get':
      return listOf(messages).flatMap((message) => {
        const { role, content } = fieldsOf(message);
        const blocks = serverContent({ content: Array.isArray(content) ? content : [content] }).content;
        const who = typeof role === 'string' ? role : 'somebody';
        return [{ type: 'text' as const, text: `[${who}]` }, ...blocks];
      });
    default:
      return method satisfies never;
  }
}

function listed(items: unknown, address: string, nextCursor: unknown): ToolContent {
  const lines = listOf(items).map((item) => {
    const fields = fieldsOf(item);
    const { name, description, mimeType } = fields;
    const words = [fields[address], name, mimeType, description];
    return words.filter((word) => typeof word === 'string' && word !== '').join(' | ');
  });
  const more = typeof nextCursor === 'string' ? [`more: call again with cursor ${nextCursor}`] : [];
  const text = [...lines, ...more].join('\n');
  return { type: 'text', text: text === '' ? 'none' : text };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}
