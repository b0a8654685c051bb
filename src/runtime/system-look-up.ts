/** The addresses of a host as the machine knows them, with its hosts file. */
import { lookup } from 'node:dns/promises';
import type { LookUp } from '../policy/address-rules.ts';

export const systemLookUp: LookUp = async (host) => {
  const found = await lookup(host, { all: true });
  return found.map(({ address }) => address);
};
