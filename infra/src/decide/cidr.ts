/** IPv4 ranges of a VPC, and the subnets in it. */

/** An IPv4 range. */
export interface Cidr {
  /** First address, as a number. */
  readonly base: number;
  /** Length of the prefix, in bits. */
  readonly bits: number;
}

/** Ranges for private networks (RFC 1918). */
const PRIVATE: readonly Cidr[] = [
  { base: 10 * 2 ** 24, bits: 8 },
  { base: 172 * 2 ** 24 + 16 * 2 ** 16, bits: 12 },
  { base: 192 * 2 ** 24 + 168 * 2 ** 16, bits: 16 },
];

/** Prefix lengths of a VPC here: a /22 still leaves each of its 16 subnets 59 addresses. */
const SMALLEST_BITS = 22;
const LARGEST_BITS = 16;

/** Parses `10.0.0.0/16`. Returns `undefined` if the text is no range of whole octets; host bits are kept in `base`. */
export function parseCidr(text: string): Cidr | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  if (!match) return undefined;
  const [a, b, c, d, bits] = match.slice(1).map(Number) as [number, number, number, number, number];
  if ([a, b, c, d].some((octet) => octet > 255) || bits > 32) return undefined;
  return { base: ((a * 256 + b) * 256 + c) * 256 + d, bits };
}

/** Formats a range as `10.0.0.0/16`. */
export function formatCidr({ base, bits }: Cidr): string {
  const octets = [2 ** 24, 2 ** 16, 2 ** 8, 1].map((unit) => Math.floor(base / unit) % 256);
  return `${octets.join('.')}/${bits}`;
}

/** Number of addresses in a range with this prefix length. */
export function sizeOf(bits: number): number {
  return 2 ** (32 - bits);
}

/** Returns the problem with a range for a VPC, or `undefined`. The problem completes "vpcCidr is …". */
export function findCidrProblem(text: string): string | undefined {
  const cidr = parseCidr(text);
  if (!cidr) return 'not an IPv4 range';
  if (cidr.bits < LARGEST_BITS || cidr.bits > SMALLEST_BITS) return 'not of /16 to /22';
  const hostBits = cidr.base % sizeOf(cidr.bits);
  if (hostBits !== 0) {
    return `not the start of its range, which is ${formatCidr({ ...cidr, base: cidr.base - hostBits })}`;
  }
  if (!PRIVATE.some((range) => contains(range, cidr))) {
    return 'a range of public addresses';
  }
  return undefined;
}

/** Both ranges are aligned, and `inner` is the smaller one here: a VPC has /16 at most. */
function contains(outer: Cidr, inner: Cidr): boolean {
  return inner.base >= outer.base && inner.base < outer.base + sizeOf(outer.bits);
}
