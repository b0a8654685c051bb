/**
 * The conversation of one turn, valid after every change: each call of a reply has exactly one result, in
 * order, right behind it; no empty message; never two user messages in a row. Strict servers refuse anything
 * else, and then every later request of the turn.
 */
import type { MessagePart } from '../../../events/message-part.ts';
import { toolContentText } from '../../../events/tool-content.ts';
import type { ToolCallResult } from '../../../tools/tool-session.ts';
import type { ModelMessage, ModelToolResult } from './model-port.ts';

export type ToolCallPart = Extract<MessagePart, { type: 'tool_call' }>;

/** Results shorter than this are not worth a note in their place. */
const worthCutting = 500;

export class Conversation {
  private messages: ModelMessage[];

  constructor(system: string, user: string) {
    this.messages = system === '' ? [] : [{ role: 'system', text: system }];
    this.addUser(user);
  }

  all(): readonly ModelMessage[] {
    return this.messages;
  }

  addUser(text: string): void {
    if (text.trim() === '') return;
    const last = this.messages.at(-1);
    if (last?.role === 'user') {
      this.messages[this.messages.length - 1] = { role: 'user', text: `${last.text}\n\n${text}` };
    } else {
      this.messages.push({ role: 'user', text });
    }
  }

  /** A reply with the results of its calls; a call without one is answered with `missing`. */
  addReply(parts: readonly MessagePart[], results: readonly ToolCallResult[] = [], missing = ''): void {
    const calls = parts.filter((part) => part.type === 'tool_call');
    if (calls.length === 0 && !parts.some((part) => part.type === 'text' && part.text.trim() !== '')) return;
    this.messages.push({ role: 'assistant', parts });
    if (calls.length === 0) return;
    const contents = new Map(results.map((result) => [result.id, result.content]));
    this.messages.push({
      role: 'tool',
      results: calls.map(({ call, tool }) => ({
        call,
        tool,
        content: contents.get(call) ?? [{ type: 'text', text: missing }],
      })),
    });
  }

  /**
   * Makes room: replaces results of tools by a short note, oldest first, until half of their text is gone.
   * False when there was nothing to cut.
   */
  shrink(): boolean {
    const results = this.messages.flatMap((message) => (message.role === 'tool' ? message.results : []));
    const goal = results.reduce((sum, result) => sum + toolContentText(result.content).length, 0) / 2;
    let cut = 0;
    this.messages = this.messages.map((message) => {
      if (message.role !== 'tool') return message;
      return {
        role: 'tool',
        results: message.results.map((result) => {
          const size = toolContentText(result.content).length;
          if (cut >= goal || size < worthCutting) return result;
          cut += size;
          return { ...result, content: [{ type: 'text', text: noteFor(result, size) }] };
        }),
      };
    });
    return cut > 0;
  }
}

function noteFor(result: ModelToolResult, size: number): string {
  return `[The result of ${result.tool}, ${size} characters, was removed to make room. Call the tool again if you need it.]`;
}
