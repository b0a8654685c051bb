/**
 * Tells whether the directory at a path is still the one that was there before. Numbers of inodes are used again
 * after a deletion, hence the time of birth.
 */
import { lstatSync } from 'node:fs';

/** Decimal numbers as text: they may be larger than a double holds exactly. */
export interface DirectoryIdentity {
  readonly dev: string;
  readonly ino: string;
  /** Nanoseconds since the epoch; `0` where the file system does not tell. */
  readonly born: string;
}

/** Throws the error of the system. */
export function identityOf(path: string): DirectoryIdentity {
  const { dev, ino, birthtimeNs } = lstatSync(path, { bigint: true });
  return { dev: String(dev), ino: String(ino), born: String(birthtimeNs) };
}

export function isSameDirectory(one: DirectoryIdentity, other: DirectoryIdentity): boolean {
  return one.dev === other.dev && one.ino === other.ino && one.born === other.born;
}
