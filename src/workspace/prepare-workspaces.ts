/**
 * Gives each agent of a run its working directory. All are checked before any is touched, nothing that MassGen did
 * not make is ever emptied, and what it made is moved aside, never deleted. One run at a time checks and prepares.
 */
import { accessSync, constants, mkdirSync, readdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { errorMessage } from '../errors/error-message.ts';
import { workspaceErrors } from '../errors/workspace-errors.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import type { Clock } from '../events/clock.ts';
import { errorCode, storageError } from '../journal/storage-error.ts';
import { isWithin } from '../policy/protected-paths.ts';
import { archiveContent } from './archive-content.ts';
import { forbiddenPlace, type KnownPlaces } from './forbidden-place.ts';
import { locateDirectory } from './locate-directory.ts';
import type { WorkspaceList, WorkspaceRegistry } from './workspace-registry.ts';

export interface WorkspaceRequest {
  readonly agent: string;
  /** As configured; a relative one counts from the project. */
  readonly path: string;
}

export interface WorkspaceContext {
  readonly registry: WorkspaceRegistry;
  readonly places: KnownPlaces;
  /** Id of the run that is to use them. */
  readonly run: string;
  readonly clock: Clock;
  /** Whether a process works on that run at this moment. */
  readonly isRunLive: (run: string) => boolean | Promise<boolean>;
}

export interface PreparedWorkspace {
  readonly agent: string;
  /** Absolute, as it was spelled. */
  readonly given: string;
  /** Absolute, links resolved. */
  readonly path: string;
  /** True when it did not exist before. */
  readonly created: boolean;
  /** Where its earlier content is now. */
  readonly archived?: string;
}

interface Checked extends Omit<PreparedWorkspace, 'archived'> {
  /** Whether it is in the run's own directory and so needs no entry in the registry. */
  readonly inRun: boolean;
}
