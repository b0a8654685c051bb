/**
 * Names under which tools are offered: `mcp__server__tool` where that fits what all providers take, else a
 * short form with a hash. Names are never taken apart again; a table leads back to server and tool.
 */
import { hash } from 'node:crypto';

const longest = 64;

/** The offered name; unique per (server, tool) up to a collision of 40 hash bits. */
export function offeredToolName(server: string, tool: string): string {
  const plain = `mcp__${server}__${tool}`;
  if (plain.length <= longest && /^[A-Za-z_][A-Za-z0-9_-]*$/u.test(plain)) return plain;
  return hashedToolName(server, tool);
}

/** The short form, also used when two plain names are the same. */
export function hashedToolName(server: string, tool: string): string {
  const digest = hash('sha256', `${server}\0${tool}`).slice(0, 10);
  const slug = `mcp__${server}__${tool}`.replaceAll(/[^A-Za-z0-9_-]/gu, '_').slice(0, longest - 11);
  return `${slug}_${digest}`;
}
