/**
 * The port of the store for long values. Content is named by its hash, so equal values are kept once and
 * a name can never come to mean something else.
 */
export interface BlobStore {
  /** Keeps the bytes; they survive power loss when this resolves. Returns `sha256:<64 hex>`. */
  put(bytes: Uint8Array): Promise<string>;
  /** The bytes, verified against their hash. Throws `blobMissing` or `blobDamaged`. */
  get(hash: string): Promise<Buffer>;
}
