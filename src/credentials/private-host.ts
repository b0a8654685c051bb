/**
 * Whether a host name, as `URL.hostname` gives it, is this machine or one in a private network: loopback and
 * private address ranges, and names that only such networks resolve (`localhost`, `.local`, `.internal`,
 * `.lan`, `.home.arpa`, names without a dot). Nothing is looked up.
 */
import { BlockList, isIP } from 'node:net';

export function isPrivateHost(hostname: string): boolean {
  const host = hostname
    .toLowerCase()
    .replace(/^\[|\]$/gu, '')
    .replace(/\.$/u, '');
  const family = isIP(host);
  if (family !== 0) return privateRanges().check(host, family === 4 ? 'ipv4' : 'ipv6');
  return host !== '' && (!host.includes('.') || /\.(?:localhost|local|internal|lan|home\.arpa)$/u.test(host));
}

function privateRanges(): BlockList {
  const ranges = new BlockList();
  for (const [address, bits] of [
    ['0.0.0.0', 32],
    ['10.0.0.0', 8],
    ['100.64.0.0', 10],
    ['127.0.0.0', 8],
    ['169.254.0.0', 16],
    ['172.16.0.0', 12],
    ['192.168.0.0', 16],
  ] as const) {
    ranges.addSubnet(address, bits, 'ipv4');
  }
  for (const [address, bits] of [
    ['::', 128],
    ['::1', 128],
    ['fc00::', 7],
    ['fe80::', 10],
  ] as const) {
    ranges.addSubnet(address, bits, 'ipv6');
  }
  return ranges;
}
