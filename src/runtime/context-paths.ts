/**
 * The user's own files and folders as the config names them: absolute, links resolved, really there, and each only
 * once. One that lies in another writable one is a part of it.
 */
import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import type { MassGenConfig } from '../config/schema/massgen-config.ts';
import { errorMessage } from '../errors/error-message.ts';
import { expandHome } from '../policy/expand-home.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { runErrors } from '../errors/run-errors.ts';
import { isWithin } from '../policy/protected-paths.ts';
import { homeOf, type RuntimeParts } from './runtime-parts.ts';

export interface ContextPath {
  /** From 1, in the order of the config. */
  readonly number: number;
  /** Absolute, links resolved. */
  readonly path: string;
  readonly kind: 'folder' | 'file';
  readonly writable: boolean;
  /** Relative to it; nothing at or below these is ever changed. */
  readonly protectedPaths: readonly string[];
}

export interface ContextPlaces {
  /** The directory that relative paths count from. */
  readonly cwd: string;
  readonly home: string;
  /** The directory of all runs. */
  readonly logs: string;
}

export function contextPlaces(parts: RuntimeParts): ContextPlaces {
  return { cwd: parts.cwd, home: homeOf(parts), logs: parts.logsDirectory };
}

type Configured = MassGenConfig['orchestrator']['context_paths'][number];

/** @throws MassGenError naming the path that cannot be used. */
export async function contextPaths(
  config: MassGenConfig,
  places: ContextPlaces,
): Promise<readonly ContextPath[]> {
  const { context_paths: configured } = config.orchestrator;
  const all = await Promise.all(configured.map((each) => usable(each, places)));
  const twice = all.find(({ path }, index) => all.some((other, at) => at < index && other.path === path));
  if (twice !== undefined) throw refuse(twice.path, 'it is named twice');
  return joined(all).map((each, index) => ({ ...each, number: index + 1 }));
}

type Usable = Omit<ContextPath, 'number'>;

async function usable(
  { path: written, permission, protected_paths: closed }: Configured,
  { cwd, home, logs }: ContextPlaces,
): Promise<Usable> {
  const path = resolve(cwd, expandHome(written, home));
  let real: string;
  let isFolder: boolean;
  try {
    real = await realpath(path);
    const found = await stat(real);
    isFolder = found.isDirectory();
    if (!isFolder && !found.isFile()) throw new Error('it is neither a file nor a folder');
    await access(real, isFolder ? constants.R_OK | constants.X_OK : constants.R_OK);
  } catch (error) {
    throw refuse(path, errorMessage(error), error);
  }
  const writable = permission === 'write';
  if (writable) await refuseForbidden(real, home, logs);
  const protectedPaths = await Promise.all(closed.map((inner) => insideOf(real, inner, home)));
  return { path: real, kind: isFolder ? 'folder' : 'file', writable, protectedPaths: protectedPaths.flat() };
}

/** A copy of these is made, and changes in it would come back. */
async function refuseForbidden(path: string, home: string, logs: string): Promise<void> {
  const real = async (place: string): Promise<string> => realpath(place).catch(() => place);
  if (isWithin(await real(home), path))
    throw refuse(path, 'your home directory, or one above it, cannot be writable');
  if (isWithin(path, await real(logs))) throw refuse(path, 'the directory of all runs cannot be writable');
}

/** The path as it is written, and where a link in it leads, if that is inside, too. */
async function insideOf(root: string, written: string, home: string): Promise<readonly string[]> {
  const path = resolve(root, expandHome(written, home));
  if (!isWithin(path, root)) throw refuse(root, `the protected path ${written} is not inside of it`);
  // One that is not there yet is protected all the same.
  const real = await realpath(path).catch(() => path);
  return [...new Set([path, ...(isWithin(real, root) ? [real] : [])])].map((each) => relative(root, each));
}

/** Inside a writable one, another writable one adds its protected paths, and one to read is protected as a whole. */
function joined(all: readonly Usable[]): readonly Usable[] {
  const outerOf = ({ path }: Usable): Usable | undefined =>
    all.find((other) => other.writable && other.path !== path && isWithin(path, other.path));
  const kept = all.filter((each) => outerOf(each) === undefined || !each.writable);
  return kept.map((each) => {
    if (!each.writable) return each;
    const inner = all.filter((other) => other !== each && isWithin(other.path, each.path));
    const closed = inner.flatMap(({ path, writable, protectedPaths }) =>
      (writable ? protectedPaths.map((inside) => resolve(path, inside)) : [path]).map((place) =>
        relative(each.path, place),
      ),
    );
    return { ...each, protectedPaths: [...new Set([...each.protectedPaths, ...closed])] };
  });
}

function refuse(path: string, problem: string, cause?: unknown): MassGenError {
  return new MassGenError(runErrors.contextPathUnusable, { detail: `${path}: ${problem}`, cause });
}

/** What copies of the user's folders are made without. */
export interface Aside {
  /** Absolute: directories that are not the user's, though they may lie in folders of the user. */
  readonly places: readonly string[];
  /** Wherever they appear. */
  readonly names: readonly string[];
}

export async function aside(config: MassGenConfig, parts: RuntimeParts): Promise<Aside> {
  const {
    snapshot_storage: storage,
    agent_temporary_workspace: shared,
    workspace_excludes: excludes = [],
  } = config.orchestrator;
  const named = [storage, shared].filter((path) => path !== undefined);
  const written = [parts.logsDirectory, ...namedWorkspaces(config, parts), ...named];
  const places = written.map((path) => resolve(parts.cwd, expandHome(path, homeOf(parts))));
  return {
    // One that is not there yet is made where it is named.
    places: await Promise.all(places.map((path) => realpath(path).catch(() => path))),
    // A history that is published from workspaces is none the less nothing that agents may change here.
    names: excludes.filter((name) => !name.startsWith('!')),
  };
}

/** As the config has them. */
export function namedWorkspaces({ agents }: MassGenConfig, parts: RuntimeParts): readonly string[] {
  return agents.flatMap(({ backend }) => {
    const { cwd } = 'cwd' in backend ? backend : {};
    return cwd === undefined ? [] : [resolve(parts.cwd, expandHome(cwd, homeOf(parts)))];
  });
}

/**
 * A workspace is empty when a run begins, and what it held is moved aside: a folder in it would be gone before
 * anybody could read it. @throws MassGenError naming the first such folder.
 */
export async function refuseInsideWorkspaces(
  context: readonly ContextPath[],
  workspaces: readonly string[],
): Promise<void> {
  for (const workspace of workspaces) {
    // One that is not there holds nothing; whatever else is wrong with it is said when it is prepared.
    const real = await realpath(workspace).catch(() => undefined);
    const inside = context.find(({ path }) => real !== undefined && `${path}/`.startsWith(`${real}/`));
    if (inside === undefined) continue;
    throw new MassGenError(runErrors.contextPathUnusable, {
      detail: `${inside.path} is in the workspace ${workspace}, which each run empties before it starts`,
      hint: 'Move it out of the workspace, or give the agent another "cwd".',
    });
  }
}
