/** Says why a server could not be reached: which server, what went wrong, and the end of its stderr. */
import { statSync } from 'node:fs';
import { MassGenError } from '../errors/massgen-error.ts';
import { mcpErrors } from '../errors/mcp-errors.ts';
import { failureReason } from './failure-reason.ts';
import type { ServerSpec, StdioServerSpec } from './server-spec.ts';

export interface ConnectFailure {
  readonly error: unknown;
  /** The end of what it wrote there; empty for servers we did not start. */
  readonly stderr: string;
  readonly timedOut: boolean;
}

export function connectError(spec: ServerSpec, failure: ConnectFailure): MassGenError {
  const { error, stderr } = failure;
  const what = spec.type === 'stdio' ? spec.launch.command : spec.url;
  const { text, hint } = failureReason(error);
  return new MassGenError(definitionOf(spec, failure), {
    detail: withStderr(`${spec.name} (${what}): ${text}`, stderr),
    ...(hint === undefined ? {} : { hint }),
    cause: error,
  });
}

/** The text with the last lines of a stderr below it. */
export function withStderr(text: string, stderr: string): string {
  return stderr === '' ? text : `${text}\n  its stderr: ${stderr.split('\n').slice(-5).join('\n  ')}`;
}

function definitionOf(spec: ServerSpec, failure: ConnectFailure): (typeof mcpErrors)[keyof typeof mcpErrors] {
  if (failure.timedOut) return mcpErrors.connectTimeout;
  if (spec.type !== 'stdio') return mcpErrors.unreachable;
  const code = systemCode(spec, failure);
  // The system names the command also when it is the directory that is missing.
  if ((code === 'ENOENT' || code === 'ENOTDIR') && !isDirectory(spec.launch.cwd))
    return mcpErrors.noDirectory;
  if (code === 'ENOENT') return mcpErrors.commandNotFound;
  if (code === 'EACCES') return mcpErrors.notExecutable;
  return mcpErrors.startFailed;
}

/** What the system said when the command was to be started. In a sandbox, the sandbox is told and tells on. */
function systemCode(spec: StdioServerSpec, { error, stderr }: ConnectFailure): unknown {
  const said = (reason: string): boolean =>
    spec.confined !== undefined &&
    stderr.split('\n').includes(`bwrap: execvp ${spec.launch.command}: ${reason}`);
  if (said('No such file or directory')) return 'ENOENT';
  if (said('Permission denied')) return 'EACCES';
  return (error as { readonly code?: unknown } | undefined)?.code;
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
