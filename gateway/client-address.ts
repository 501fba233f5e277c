/** Who a request really comes from when proxies stand in between. */
import { BlockList, isIP } from 'node:net';
import rateLimit from '@fastify/rate-limit';

/** What this needs of a request. */
export interface Arrived {
  headers: Record<string, string | string[] | undefined>;
  socket: { remoteAddress?: string | undefined };
}

export interface ClientAddress {
  /** Whether X-Forwarded headers from this peer are believed. */
  trusts(address: string): boolean;
  /** The address to count a request under: IPv4 as it is, IPv6 by its /64, which is what one customer of a provider gets. */
  keyOf(request: Arrived): string;
  /** The host the request was made to. */
  hostOf(request: Arrived): string | undefined;
}

/** `proxies`: addresses and networks that are trusted. */
export function createClientAddress(proxies: readonly string[]): ClientAddress {
  const trusted = new BlockList();
  for (const proxy of proxies) {
    const [address = '', bits] = proxy.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) trusted.addAddress(address, family);
    else trusted.addSubnet(address, Number(bits), family);
  }
  const trusts = (address: string): boolean => isIP(address) !== 0 && trusted.check(unmapped(address), isIP(unmapped(address)) === 6 ? 'ipv6' : 'ipv4');

  return {
    trusts,
    keyOf(request) {
      const peer = request.socket.remoteAddress ?? '';
      if (!trusts(peer)) return rateLimit.normalizeIP(unmapped(peer));
      // From the nearest proxy outwards: the first address that is no proxy of ours is the client's; what stands before it, anybody can write.
      const hops = header(request, 'x-forwarded-for').split(',').map((hop) => hop.trim()).filter((hop) => isIP(hop) !== 0);
      return rateLimit.normalizeIP(unmapped(hops.findLast((hop) => !trusts(hop)) ?? hops[0] ?? peer));
    },
    hostOf(request) {
      const forwarded = trusts(request.socket.remoteAddress ?? '') ? header(request, 'x-forwarded-host').split(',').at(-1)?.trim() : undefined;
      return forwarded || header(request, 'host') || undefined;
    },
  };
}

/** IPv4 in IPv6 clothes (::ffff:1.2.3.4), as sockets that listen on both report it. */
function unmapped(address: string): string {
  return address.startsWith('::ffff:') && isIP(address.slice(7)) === 4 ? address.slice(7) : address;
}

function header({ headers }: Arrived, name: string): string {
  const value = headers[name];
  return (Array.isArray(value) ? value.join(',') : value) ?? '';
}
