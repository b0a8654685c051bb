/**
 * The port of the store of snapshots: immutable versions of workspaces, named by their content. Nothing outside
 * this room may assume that it is a local directory.
 */
import type { ScanDifference } from './change-detector.ts';
import type { Manifest } from './manifest.ts';

export interface PublishedSnapshot {
  /** SHA-256 of the canonical manifest, lower-case hex: the same files give the same id. */
  readonly id: string;
  readonly manifest: Manifest;
  /** What differs from when this store last looked at or published the workspace. */
  readonly changes: ScanDifference;
}

export interface PublishOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface MaterializeOptions {
  /** Modes 0444 and 0555 as a courtesy to readers; they are no boundary. Default false. */
  readonly readOnly?: boolean;
  /** Paths of the files the copy is to have, with the directories they are in. Default: everything. */
  readonly only?: ReadonlySet<string> | undefined;
  /**
   * An earlier copy that nobody may write to, of another snapshot: files that are the same become hard links to its
   * files, which costs little. Only for copies whose readers share them anyway.
   */
  readonly sharing?: { readonly snapshot: string; readonly directory: string } | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface SnapshotStore {
  /**
   * Notes how the workspace is now, from names, sizes and times alone, and tells what changed since the last time.
   * Throws as `publish` does.
   */
  look(workspace: string, options?: PublishOptions): Promise<ScanDifference>;
  /**
   * Stores what the directory holds now, reading only what changed; when it rejects, the version before is still the
   * newest. It outlives this process at once, and a power loss after `secure`. No link in it is followed; what
   * cannot be stored is named in the manifest. Throws `tooLarge`, `sourceMissing`, a storage error, or the signal's
   * reason.
   */
  publish(workspace: string, options?: PublishOptions): Promise<PublishedSnapshot>;
  /** Resolves when all that was published so far survives a power loss. Throws a storage error. */
  secure(): Promise<void>;
  /** Throws `snapshotNotFound`, `snapshotDamaged` and storage errors. */
  manifest(snapshot: string): Promise<Manifest>;
  /**
   * Makes `target`, which must not exist while its parent must, a verified copy; it is complete when it gets its
   * name. Links that may lead out of it are left out. Throws `snapshotNotFound`, `snapshotDamaged`,
   * `targetExists`, a storage error, or the signal's reason.
   */
  materialize(snapshot: string, target: string, options?: MaterializeOptions): Promise<void>;
  has(snapshot: string): Promise<boolean>;
}
