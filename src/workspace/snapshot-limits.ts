/** How much one snapshot may hold. */
export interface SnapshotLimits {
  /** Files, directories and everything else in the workspace. Default 100,000; more is refused. */
  readonly maxEntries: number;
  /**
   * Bytes of all files, holes included. Default 1 GiB; more is refused. A file that is larger by itself is left out and
   * named in the manifest: one file never costs the others their version.
   */
  readonly maxBytes: number;
  /** Directories inside each other. Default 64; what lies deeper is left out and named in the manifest. */
  readonly maxDepth: number;
}

export const defaultLimits: SnapshotLimits = { maxEntries: 100_000, maxBytes: 1_073_741_824, maxDepth: 64 };
