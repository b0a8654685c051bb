/**
 * An answer that is over the size limit is dropped, and the call that waits for it is told. Which call that is stands
 * at one of the edges of the line, because servers write the id right before or right after the result.
 */
import type { JSONRPCMessage } from '@modelcontextprotocol/client';
import type { DroppedLine } from './line-splitter.ts';

/** Code of the error we put in the place of a dropped answer; none of the protocol's own. */
export const tooLongCode = -32_890;

/** Undefined when the line does not look like an answer. */
export function tooLongAnswer({ bytes, head, tail }: DroppedLine): JSONRPCMessage | undefined {
  const first =
    /^\s*\{\s*(?:"jsonrpc"\s*:\s*"2\.0"\s*,\s*)?"id"\s*:\s*(\d{1,15})\s*,\s*(?:"jsonrpc"\s*:\s*"2\.0"\s*,\s*)?"result"/u;
  const last = /,\s*"id"\s*:\s*(\d{1,15})\s*(?:,\s*"jsonrpc"\s*:\s*"2\.0"\s*)?\}\s*$/u;
  const id = first.exec(head)?.[1] ?? (/^\s*\{\s*"result"/u.test(head) ? last.exec(tail)?.[1] : undefined);
  if (id === undefined) return undefined;
  return {
    jsonrpc: '2.0',
    id: Number(id),
    error: { code: tooLongCode, message: `its answer of ${bytes} bytes is over the limit and was dropped` },
  };
}
