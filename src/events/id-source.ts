/** Ids as they are handed in: unique within a run, short enough to read. */
export interface IdSource {
  /** A new id such as `call_7f3a9c2e1b04`. */
  next(prefix: string): string;
  /** `bytes` random bytes as lower-case hex, for names that must not collide across processes. */
  hex(bytes: number): string;
}
