/**
 * Keeps the folders of v0.0.15 for people and old scripts: `snapshot_storage/<agent>` holds a copy of the agent's
 * newest snapshot, `agent_temporary_workspace/<agent>/<alias>` leads to the newest view of each peer. The program
 * never reads them. Whatever is in the way and not made here stays; the run goes on all the same.
 */
import { lstatSync, mkdirSync, mkdtempSync, readlinkSync, renameSync, rmdirSync, symlinkSync, unlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errorMessage } from '../errors/error-message.ts';
import { workspaceErrors } from '../errors/workspace-errors.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { isWithin } from '../policy/protected-paths.ts';
import { archiveContent } from './archive-content.ts';
import { diffScans, scanWorkspace, type WorkspaceScan } from './change-detector.ts';
import { checkWorkspace } from './check-workspace.ts';
import { resolvePlaces } from './known-places.ts';
import { makeDirectory } from './make-directory.ts';
import { isPlainName } from './manifest.ts';
import type { WorkspaceContext } from './prepare-workspaces.ts';
import type { SnapshotStore } from './snapshot-store.ts';
import type { WorkspaceWarning } from './workspace-warning.ts';
