/**
 * A message that is over the limit is dropped, and whoever waits is told: the call whose answer it was, or the server
 * whose request it was. Which one that is stands at one of the edges of the line, because servers write the id right
 * before or right after the result or the method.
 */
import type { JSONRPCMessage } from '@modelcontextprotocol/client';
import type { DroppedLine } from './line-splitter.ts';

/** Code of the error we put in the place of a dropped answer; none of the protocol's own. */
export const tooLongCode = -32_890;

/** Undefined when the line does not look like an answer. `how`: in which way it is over the limit. */
export function tooLongAnswer(
  { bytes, head, tail }: DroppedLine,
  how = `of ${bytes} bytes`,
): JSONRPCMessage | undefined {
  const first =
    /^\s*\{\s*(?:"jsonrpc"\s*:\s*"2\.0"\s*,\s*)?"id"\s*:\s*(\d{1,15})\s*,\s*(?:"jsonrpc"\s*:\s*"2\.0"\s*,\s*)?"result"/u;
  const last = /,\s*"id"\s*:\s*(\d{1,15})\s*(?:,\s*"jsonrpc"\s*:\s*"2\.0"\s*)?\}\s*$/u;
  const id = first.exec(head)?.[1] ?? (/^\s*\{\s*"result"/u.test(head) ? last.exec(tail)?.[1] : undefined);
  if (id === undefined) return undefined;
  return {
    jsonrpc: '2.0',
    id: Number(id),
    error: { code: tooLongCode, message: `its answer ${how} is over the limit and was dropped` },
  };
}

const invalidRequest = -32_600;

/** What the server is told of a request of its own; undefined when the line does not look like one. */
export function tooLongRefusal({ head, tail }: DroppedLine, how: string): JSONRPCMessage | undefined {
  const id = String.raw`"id"\s*:\s*(\d{1,15}|"[^"\\]{1,100}")`;
  const version = String.raw`"jsonrpc"\s*:\s*"2\.0"`;
  const first = new RegExp(
    String.raw`^\s*\{\s*(?:${version}\s*,\s*)?${id}\s*,\s*(?:${version}\s*,\s*)?"method"`,
    'u',
  );
  const last = new RegExp(String.raw`,\s*${id}\s*(?:,\s*${version}\s*)?\}\s*$`, 'u');
  const startsWithMethod = new RegExp(String.raw`^\s*\{\s*(?:${version}\s*,\s*)?"method"`, 'u').test(head);
  const found = first.exec(head)?.[1] ?? (startsWithMethod ? last.exec(tail)?.[1] : undefined);
  if (found === undefined) return undefined;
  return {
    jsonrpc: '2.0',
    id: JSON.parse(found) as string | number,
    error: { code: invalidRequest, message: `a request ${how} is over the limit` },
  };
}
