/**
 * Where an IP address lies. Those that carry an IPv4 address inside (mapped, translated, 6to4) are judged by that one,
 * because that is where their packets end.
 */
import { BlockList, isIP } from 'node:net';

/** `public`, or why an address is not. */
export type AddressRange =
  | 'public'
  | 'loopback'
  | 'private'
  | 'link-local'
  | 'multicast'
  | 'unspecified'
  | 'reserved';

const ranges: readonly { readonly range: AddressRange; readonly list: BlockList }[] = (
  [
    ['loopback', ['127.0.0.0/8', '::1/128']],
    ['private', ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7', 'fec0::/10']],
    ['link-local', ['169.254.0.0/16', 'fe80::/10']],
    ['multicast', ['224.0.0.0/4', 'ff00::/8']],
    ['unspecified', ['0.0.0.0/8', '::/128']],
    [
      'reserved',
      // Documentation, benchmarks, protocol assignments, Teredo, and what was never given out.
      [
        '192.0.0.0/24',
        '192.0.2.0/24',
        '192.88.99.0/24',
        '198.18.0.0/15',
        '198.51.100.0/24',
        '203.0.113.0/24',
        '240.0.0.0/4',
        '64:ff9b:1::/48',
        '100::/64',
        '2001::/23',
        '2001:db8::/32',
        '3fff::/20',
      ],
    ],
  ] as const
).map(([range, networks]) => ({ range, list: blockList(networks) }));

/** Undefined when the text is no IP address. Brackets and a zone, as in `[fe80::1%eth0]`, are no part of it. */
export function addressRange(text: string): AddressRange | undefined {
  const address = text.replace(/^\[(.*)\]$/u, '$1').replace(/%.*$/u, '');
  const family = isIP(address);
  if (family === 0) return undefined;
  if (family === 4) return rangeOf(address, 'ipv4');
  const groups = groupsOf(address);
  const embedded = embeddedIpv4(groups);
  if (embedded !== undefined) return rangeOf(embedded, 'ipv4');
  const range = rangeOf(address, 'ipv6');
  // The first half of ::/8 was set aside for addresses that hold another one; what is left of it belongs to nobody.
  return range === 'public' && groups[0] === 0 ? 'reserved' : range;
}

function rangeOf(address: string, family: 'ipv4' | 'ipv6'): AddressRange {
  return ranges.find(({ list }) => list.check(address, family))?.range ?? 'public';
}

function blockList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    list.addSubnet(address, Number(bits), address.includes(':') ? 'ipv6' : 'ipv4');
  }
  return list;
}

function embeddedIpv4(groups: readonly number[]): string | undefined {
  const [a, b] = groups;
  const zeros = (from: number, to: number): boolean => groups.slice(from, to).every((group) => group === 0);
  const last = dotted(groups[6], groups[7]);
  // ::ffff:a.b.c.d, ::ffff:0:a.b.c.d and the old ::a.b.c.d, of which :: and ::1 are addresses of their own.
  if (zeros(0, 5) && groups[5] === 0xff_ff) return last;
  if (zeros(0, 4) && groups[4] === 0xff_ff && groups[5] === 0) return last;
  if (zeros(0, 6) && !(groups[6] === 0 && (groups[7] ?? 0) < 2)) return last;
  if (a === 0x64 && b === 0xff_9b && zeros(2, 6)) return last;
  if (a === 0x20_02) return dotted(groups[1], groups[2]);
  return undefined;
}

function dotted(high = 0, low = 0): string {
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
}

/** The eight groups of a valid IPv6 address. */
function groupsOf(address: string): readonly number[] {
  const parts = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const [head = [], tail = []] = parts.map((part) =>
    part === '' ? [] : part.split(':').map((g) => Number.parseInt(g, 16)),
  );
  return [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => 0), ...tail];
}
