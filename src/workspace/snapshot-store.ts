/**
 * The port of the store of snapshots: immutable versions of workspaces, named by their content. Nothing outside
 * this room may assume that it is a local directory.
 */
import type { Manifest } from './manifest.ts';

export interface PublishedSnapshot {
  /** SHA-256 of the canonical manifest, lower-case hex: the same files give the same id. */
  readonly id: string;
  readonly manifest: Manifest;
}

export interface PublishOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface MaterializeOptions {
  /** Modes 0444 and 0555 as a courtesy to readers; they are no boundary. Default false. */
  readonly readOnly?: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface SnapshotStore {
  /**
   * Stores what the directory holds now; when it rejects, nothing was stored. No link in it is followed; what
   * cannot be stored is named in the manifest. Throws `tooLarge`, `sourceMissing`, a storage error, or the
   * signal's reason.
   */
  publish(workspace: string, options?: PublishOptions): Promise<PublishedSnapshot>;
  /**
   * Makes `target`, which must not exist while its parent must, a verified copy; it is complete when it gets its
   * name. Links that may lead out of it are left out. Throws `snapshotNotFound`, `snapshotDamaged`,
   * `targetExists`, a storage error, or the signal's reason.
   */
  materialize(snapshot: string, target: string, options?: MaterializeOptions): Promise<void>;
  has(snapshot: string): Promise<boolean>;
}
