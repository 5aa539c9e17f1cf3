/** Regions of AWS, as the provider's schema lists them. */
import { Region } from '@pulumi/aws/types/enums/index.js';

const REGIONS: ReadonlySet<string> = new Set(Object.values(Region));

/** Returns true for a region that exists. */
export function isRegion(name: string): boolean {
  return REGIONS.has(name);
}

/** Prefixes of the regions outside the partition `aws`. */
const PARTITIONS: Readonly<Record<string, string>> = {
  'us-gov-': 'aws-us-gov',
  'cn-': 'aws-cn',
  'us-iso-': 'aws-iso',
  'us-isob-': 'aws-iso-b',
  'eu-isoe-': 'aws-iso-e',
  'us-isof-': 'aws-iso-f',
  'eusc-': 'aws-eusc',
};

/** Returns the partition of a region: accounts, ARNs and copies of tables stay within one. */
export function partitionOf(region: string): string {
  const prefix = Object.keys(PARTITIONS).find((start) => region.startsWith(start));
  return (prefix && PARTITIONS[prefix]) ?? 'aws';
}
