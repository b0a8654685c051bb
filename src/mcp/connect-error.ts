/** Says why a server could not be reached: which server, what went wrong, and the end of its stderr. */
import { statSync } from 'node:fs';
import { errorMessage } from '../errors/error-message.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { mcpErrors } from '../errors/mcp-errors.ts';
import type { ServerSpec } from './server-spec.ts';

export interface ConnectFailure {
  readonly error: unknown;
  /** The end of what it wrote there; empty for servers we did not start. */
  readonly stderr: string;
  readonly timedOut: boolean;
}

export function connectError(spec: ServerSpec, failure: ConnectFailure): MassGenError {
  const { error, stderr } = failure;
  const what = spec.type === 'stdio' ? spec.launch.command : spec.url;
  return new MassGenError(definitionOf(spec, failure), {
    detail: withStderr(`${spec.name} (${what}): ${reason(error)}`, stderr),
    cause: error,
  });
}

/** The text with the last lines of a stderr below it. */
export function withStderr(text: string, stderr: string): string {
  return stderr === '' ? text : `${text}\n  its stderr: ${stderr.split('\n').slice(-5).join('\n  ')}`;
}

function definitionOf(
  spec: ServerSpec,
  { error, timedOut }: ConnectFailure,
): (typeof mcpErrors)[keyof typeof mcpErrors] {
  if (timedOut) return mcpErrors.connectTimeout;
  const code = (error as { readonly code?: unknown } | undefined)?.code;
  if (spec.type !== 'stdio') return mcpErrors.unreachable;
  // The system names the command also when it is the directory that is missing.
  if ((code === 'ENOENT' || code === 'ENOTDIR') && !isDirectory(spec.launch.cwd))
    return mcpErrors.noDirectory;
  if (code === 'ENOENT') return mcpErrors.commandNotFound;
  if (code === 'EACCES') return mcpErrors.notExecutable;
  return mcpErrors.startFailed;
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** The message with that of its cause: `fetch failed` alone says nothing. */
function reason(error: unknown): string {
  const { cause } = (error ?? {}) as { readonly cause?: unknown };
  const text =
    cause instanceof Error ? `${errorMessage(error)}: ${errorMessage(cause)}` : errorMessage(error);
  return text.slice(0, 1_000);
}
