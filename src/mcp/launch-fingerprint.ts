/**
 * Which servers are the same: those that are launched the same way. One form tells running servers apart, the other
 * what is known of a server from run to run; there, paths that we put into the launch count as placeholders.
 */
import { hash } from 'node:crypto';
import type { ServerSpec } from './server-spec.ts';

/**
 * Equal for specs that can share a process: same name, same launch, same sandbox, same rules for its life and calls
 * and, where it is not shared, same agent.
 */
export function instanceKey(spec: ServerSpec): string {
  const { name, scope, agent, mayIdle, connectTimeoutMs, callIdleMs, callTotalMs } = spec;
  const rules = [mayIdle, connectTimeoutMs, callIdleMs, callTotalMs, readTimeoutOf(spec)];
  // A process outside of a sandbox is not what an agent gets that asks for one in it.
  const sandbox =
    spec.type !== 'stdio' || spec.confined === undefined ? null : [spec.confined.command, spec.confined.args];
  return digest([name, scope === 'agent' ? agent : null, rules, launchOf(spec), sandbox]);
}

/** Equal for what offers the same tools as far as the launch tells. Holds no secret: a hash over them. */
export function discoveryKey(spec: ServerSpec): string {
  const injected = (spec.injected ?? [])
    .filter((path) => path !== '')
    .toSorted((a, b) => b.length - a.length || (a < b ? -1 : 1));
  const neutral = (text: string): string =>
    injected.reduce((left, path) => left.replaceAll(path, '{{path}}'), text);
  return digest(neutralTexts(launchOf(spec), neutral));
}

function readTimeoutOf(spec: ServerSpec): number | null {
  return spec.type === 'streamable-http' ? spec.readTimeoutMs : null;
}

function launchOf(spec: ServerSpec): readonly unknown[] {
  if (spec.type === 'streamable-http') return [spec.type, spec.url, sorted(spec.headers)];
  const { command, args, env, cwd } = spec.launch;
  return [spec.type, command, args, sorted(env), cwd];
}

function sorted(map: Readonly<Record<string, string>>): readonly (readonly [string, string])[] {
  return Object.entries(map).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function neutralTexts(value: unknown, neutral: (text: string) => string): unknown {
  if (typeof value === 'string') return neutral(value);
  return Array.isArray(value) ? value.map((item) => neutralTexts(item, neutral)) : value;
}

function digest(value: unknown): string {
  return hash('sha256', JSON.stringify(value)).slice(0, 32);
}
