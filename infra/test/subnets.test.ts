/** Zones can be added to a live stack: the layout of subnets, and the changes of a third zone in the plan. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { findCidrProblem, formatCidr, parseCidr, sizeOf } from '../src/decide/cidr.ts';
import { MAX_ZONES, toSubnetLayout } from '../src/decide/subnets.ts';
import { capture } from './support/capture.ts';
import { find, type Graph } from './support/graph.ts';
import { findRemovals } from './support/removals.ts';
import { assertBuilt, settingsOf } from './support/stacks.ts';

const vpcs = fc
  .integer({ min: 16, max: 22 })
  .chain((bits) =>
    fc
      .integer({ min: 0, max: sizeOf(8) / sizeOf(bits) - 1 })
      .map((index) => formatCidr({ base: 10 * 2 ** 24 + index * sizeOf(bits), bits })),
  );
const zoneCounts = fc.integer({ min: 1, max: MAX_ZONES });

function rangesOf(vpc: string, zones: number): [first: number, end: number][] {
  const { privateCidrs, publicCidrs } = toSubnetLayout(vpc, zones);
  return [...privateCidrs, ...publicCidrs].map((text) => {
    const { base, bits } = parseCidr(text) ?? { base: Number.NaN, bits: 0 };
    return [base, base + sizeOf(bits)];
  });
}

describe('the layout of subnets', () => {
  it('is this in a /16', () => {
    expect(toSubnetLayout('10.0.0.0/16', 3)).toEqual({
      privateCidrs: ['10.0.0.0/20', '10.0.16.0/20', '10.0.32.0/20'],
      publicCidrs: ['10.0.128.0/20', '10.0.144.0/20', '10.0.160.0/20'],
    });
  });

  it('keeps every zone where it is when zones are added', () => {
    fc.assert(
      fc.property(vpcs, zoneCounts, zoneCounts, (vpc, a, b) => {
        const [few, many] = [Math.min(a, b), Math.max(a, b)].map((zones) => toSubnetLayout(vpc, zones));
        expect(many?.privateCidrs.slice(0, few?.privateCidrs.length)).toEqual(few?.privateCidrs);
        expect(many?.publicCidrs.slice(0, few?.publicCidrs.length)).toEqual(few?.publicCidrs);
      }),
    );
  });

  it('lies within the VPC, without overlaps, in subnets that a load balancer can use', () => {
    fc.assert(
      fc.property(vpcs, zoneCounts, (vpc, zones) => {
        const { base, bits } = parseCidr(vpc) ?? { base: Number.NaN, bits: 0 };
        const ranges = rangesOf(vpc, zones).sort(([a], [b]) => a - b);
        expect(findCidrProblem(vpc)).toBeUndefined();
        expect(ranges[0]?.[0]).toBeGreaterThanOrEqual(base);
        expect(ranges.at(-1)?.[1]).toBeLessThanOrEqual(base + sizeOf(bits));
        ranges.slice(1).forEach(([first], index) => {
          expect(first).toBeGreaterThanOrEqual(ranges[index]?.[1] ?? Number.NaN);
        });
        // A load balancer wants a /27 at least.
        for (const [first, end] of ranges) expect(end - first).toBeGreaterThanOrEqual(32);
      }),
    );
  });

  it.each([0, MAX_ZONES + 1])('knows none for %i zones', (zones) => {
    expect(() => toSubnetLayout('10.0.0.0/16', zones)).toThrow(RangeError);
  });
});

describe.each(['dev', 'prod'] as const)('a third zone in %s', (stack) => {
  let two: Graph;
  let three: Graph;

  beforeAll(async () => {
    assertBuilt();
    const config = { ...settingsOf(stack), 'order-pipeline:natGateways': 'perZone' };
    [two, three] = (await Promise.all(
      ['2', '3'].map((zones) => capture({ stack, config: { ...config, 'order-pipeline:zones': zones } })),
    )) as [Graph, Graph];
  }, 60_000);

  it('takes nothing away and changes no value: it only adds', () => {
    expect([...two.errors, ...three.errors]).toEqual([]);
    expect(findRemovals(two, three)).toEqual([]);
  });

  it('adds a subnet of each kind', () => {
    const specs = (graph: Graph) =>
      (find(graph, 'ec2:Vpc', 'network').inputs.subnetSpecs as { cidrBlocks: string[] }[]).map(
        ({ cidrBlocks }) => cidrBlocks.length,
      );
    expect([specs(two), specs(three)]).toEqual([
      [2, 2],
      [3, 3],
    ]);
  });

  it('is compared value by value: taking it away again is found', () => {
    expect(findRemovals(three, two)).not.toEqual([]);
  });
});
