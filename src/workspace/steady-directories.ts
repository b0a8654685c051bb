/**
 * Whether a file system surely stamps a directory whenever a name in it comes, goes or changes, so that its names need
 * not be read again as long as the stamps stay. Those of networks and of programs may not.
 */
import { statfsSync } from 'node:fs';

/** Magic numbers of ext2 to ext4, XFS, btrfs, tmpfs, overlayfs, ZFS, F2FS and bcachefs. */
const steady: ReadonlySet<number> = new Set([
  0xef53, 0x58465342, 0x9123683e, 0x01021994, 0x794c7630, 0x2fc12fc1, 0xf2f52010, 0xca451a4e,
]);

/** Throws errors of the system. */
export function stampsDirectories(path: string): boolean {
  return process.platform === 'linux' && steady.has(statfsSync(path).type);
}
