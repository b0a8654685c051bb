/** Ids from the randomness of the machine. */
import { randomBytes } from 'node:crypto';
import type { IdSource } from '../events/id-source.ts';

export const randomIds: IdSource = {
  next: (prefix) => `${prefix}_${randomBytes(6).toString('hex')}`,
  hex: (bytes) => randomBytes(bytes).toString('hex'),
};
