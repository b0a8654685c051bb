/**
 * A line of a server as a message. What is no message is told apart from an answer that breaks the protocol: somebody
 * waits for that one, and is given an error in its place instead of nothing until its time is over.
 */
import type { JSONRPCMessage } from '@modelcontextprotocol/client';
import { JsonWeight, maxJsonWeight } from './json-weight.ts';

/** Code of the error we put in the place of an answer that breaks the protocol; none of the protocol's own. */
export const brokenAnswerCode = -32_891;

export type ReadMessage =
  | { readonly type: 'message'; readonly message: JSONRPCMessage }
  | { readonly type: 'noise' }
  /** It would keep everybody waiting while it is read. */
  | { readonly type: 'too_heavy'; readonly weight: number };

export function readMessage(text: string): ReadMessage {
  if (!text.startsWith('{')) return { type: 'noise' };
  if (text.length > maxJsonWeight) {
    const weight = new JsonWeight();
    weight.add(Buffer.from(text));
    if (weight.weight > maxJsonWeight) return { type: 'too_heavy', weight: weight.weight };
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Not a message: the caller reports the line as noise.
    return { type: 'noise' };
  }
  if (!isRecord(value) || !('jsonrpc' in value)) return { type: 'noise' };
  return {
    type: 'message',
    message: isBrokenAnswer(value) ? malformed(value.id) : (value as JSONRPCMessage),
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An answer to somebody that the client would not recognise as one. */
function isBrokenAnswer(value: Readonly<Record<string, unknown>>): value is { readonly id: string | number } {
  const { id, jsonrpc, method, result, error } = value;
  if (method !== undefined || (typeof id !== 'number' && typeof id !== 'string')) return false;
  const isResult = isRecord(result) && error === undefined;
  const isError =
    isRecord(error) &&
    result === undefined &&
    Number.isSafeInteger(error['code']) &&
    typeof error['message'] === 'string';
  return jsonrpc !== '2.0' || !(isResult || isError);
}

function malformed(id: string | number): JSONRPCMessage {
  return {
    jsonrpc: '2.0',
    id,
    error: { code: brokenAnswerCode, message: 'its answer is no valid message of the protocol' },
  };
}
