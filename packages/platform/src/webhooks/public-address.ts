/** Decides which network addresses a webhook may be sent to (protection against server-side request forgery). */
import ipaddr from 'ipaddr.js';

/** The endpoint's host is, or resolves to, an address that webhooks are not sent to. */
export class ForbiddenAddressError extends Error {
  override readonly name = 'ForbiddenAddressError';
}

/** Ranges of `ipaddr.js` that are reachable on the public internet. */
const PUBLIC_RANGE = 'unicast';

/** Global unicast addresses of IPv6 (RFC 4291); IANA has assigned none outside this prefix. */
const GLOBAL_IPV6 = ipaddr.IPv6.parseCIDR('2000::/3');

/** The well-known prefix of NAT64 (RFC 6052). Prefixes for local use (RFC 8215) embed addresses in other places. */
const NAT64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96');

/**
 * Returns true for public unicast addresses only. Private, loopback, link-local (which includes cloud metadata),
 * carrier-grade NAT, unique-local, multicast, reserved and unspecified ranges are not public, and neither are IPv6
 * addresses that embed such an IPv4 address.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.range() === PUBLIC_RANGE;
  const ipv6 = parsed as ipaddr.IPv6;
  const embedded = embeddedIpv4(ipv6);
  if (embedded) return embedded.range() === PUBLIC_RANGE;
  return ipv6.range() === PUBLIC_RANGE && ipv6.match(GLOBAL_IPV6);
}

/** The IPv4 address in a NAT64 (64:ff9b::/96) or 6to4 (2002::/16) address. */
function embeddedIpv4(address: ipaddr.IPv6): ipaddr.IPv4 | undefined {
  const bytes = address.toByteArray();
  if (address.match(NAT64)) return new ipaddr.IPv4(bytes.slice(12, 16));
  if (address.range() === '6to4') return new ipaddr.IPv4(bytes.slice(2, 6));
  return undefined;
}

/** Options of `findUrlProblem`. */
export interface UrlRules {
  /** Accepts `http:` and private addresses. For the stage `local` only. */
  readonly allowPrivate: boolean;
  /** Accepts ports other than 443. */
  readonly anyPort?: boolean;
}

/** Returns the reason why webhooks cannot be sent to the URL, or undefined when they can. Does not resolve names. */
export function findUrlProblem(
  text: string,
  { allowPrivate, anyPort = allowPrivate }: UrlRules,
): string | undefined {
  if (!URL.canParse(text)) return 'is not a URL';
  const url = new URL(text);
  if (url.protocol !== 'https:' && !(allowPrivate && url.protocol === 'http:')) return 'does not use https';
  if (url.username !== '' || url.password !== '') return 'contains credentials';
  if (url.hash !== '') return 'contains a fragment';
  // Deliveries leave the network by port 443 alone.
  if (!anyPort && url.port !== '') return 'uses a port other than 443';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (!allowPrivate && ipaddr.isValid(host) && !isPublicAddress(host)) return 'is not a public address';
  return undefined;
}
