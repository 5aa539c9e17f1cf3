/** The layout of subnets. A subnet keeps its addresses for any number of zones, so that zones can be added to a live stack. */
import { formatCidr, parseCidr, sizeOf } from './cidr.ts';

/** Zones that a stack can have: no region has more. */
export const MAX_ZONES = 6;

/** Addresses of the subnets, one of each kind a zone. */
export interface SubnetLayout {
  readonly privateCidrs: readonly string[];
  readonly publicCidrs: readonly string[];
}

/** Bits of the VPC's range that number its blocks: 16 blocks, the lower 8 private, the upper 8 public. */
const BLOCK_BITS = 4;
const FIRST_PUBLIC_BLOCK = 8;

/**
 * Lays out the subnets of the first `zones` zones. Zone n has the same addresses in every layout of a VPC: the range is
 * divided for the maximum number of zones, and unused parts stay free.
 *
 * @throws {RangeError} when `vpcCidr` is no range or `zones` is not between 1 and MAX_ZONES
 */
export function toSubnetLayout(vpcCidr: string, zones: number): SubnetLayout {
  const vpc = parseCidr(vpcCidr);
  if (!vpc || zones < 1 || zones > MAX_ZONES)
    throw new RangeError(`No layout for ${zones} zones in ${vpcCidr}`);
  const bits = vpc.bits + BLOCK_BITS;
  const block = (index: number) => formatCidr({ base: vpc.base + index * sizeOf(bits), bits });
  const all = Array.from({ length: zones }, (_, zone) => zone);
  return {
    privateCidrs: all.map(block),
    publicCidrs: all.map((zone) => block(FIRST_PUBLIC_BLOCK + zone)),
  };
}
