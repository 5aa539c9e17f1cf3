/** The whole program, run for each stack by Pulumi's own Node loader. The suites look at what it registered. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { inspect } from '../policy/rules/index.ts';
import { describeContract } from './suites/contract.ts';
import { describeData } from './suites/data.ts';
import { describeLoading } from './suites/loading.ts';
import { describeNetwork } from './suites/network.ts';
import { describePermissions } from './suites/permissions.ts';
import { describeServices } from './suites/services.ts';
import { captureStacks, type Graphs, STACKS } from './support/stacks.ts';

const graphs = {} as Graphs;

beforeAll(async () => {
  Object.assign(graphs, await captureStacks());
}, 60_000);

describeLoading(graphs);
describeData(graphs);
describeNetwork(graphs);
describePermissions(graphs);
describeServices(graphs);
describeContract(graphs);

describe('the rules of the policy pack', () => {
  it.each(STACKS)('hold for every resource of %s', (stack) => {
    expect(inspect(graphs[stack].resources)).toEqual([]);
  });
});
