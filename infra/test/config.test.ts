/** Every setting, and every way to get it wrong. */
import { describe, expect, it } from '@jest/globals';
import { ConfigError } from '@order-pipeline/platform/env';
import { loadConfig } from '../src/config/load.ts';
import { readStackConfig } from './support/capture.ts';
import { STACKS } from './support/stacks.ts';

const REGION = 'eu-central-1';
const DEV = { stage: 'dev' };
const PROD = { stage: 'prod', domainName: 'orders.example.com', hostedZoneId: 'Z1' };
const DIGEST = `sha256:${'a'.repeat(64)}`;
const DIGESTS = {
  'order-api': DIGEST,
  'order-processor': DIGEST,
  scoring: DIGEST,
  'metrics-collector': DIGEST,
};

function problemsOf(settings: Record<string, string>, region: string | undefined = REGION): string[] {
  try {
    loadConfig(settings, region);
  } catch (error) {
    if (error instanceof ConfigError) {
      return error.problems.map(({ variable, problem, remedy }) => `${variable} ${problem}: ${remedy}`);
    }
    throw error;
  }
  return [];
}

describe('defaults', () => {
  it('make dev small', () => {
    expect(loadConfig(DEV, REGION)).toEqual({
      stage: 'dev',
      region: 'eu-central-1',
      protect: false,
      replicaRegions: [],
      signingKeyGeneration: 1,
      jwtSecretGeneration: 1,
      version: 'unknown',
      alarms: {},
      compute: {
        vpcCidr: '10.0.0.0/16',
        zones: 2,
        natGateways: 'none',
        entry: { scheme: 'http' },
        waf: false,
        canary: false,
        auth: { mode: 'password' },
        rateLimit: '100/minute',
        corsOrigins: [],
        images: { source: 'build' },
        services: {
          'order-api': { cpuUnits: 256, memoryMiB: 512, minTasks: 1, maxTasks: 4 },
          'order-processor': { cpuUnits: 256, memoryMiB: 512, minTasks: 1, maxTasks: 4 },
          scoring: { cpuUnits: 256, memoryMiB: 512, minTasks: 1, maxTasks: 4 },
        },
        cacheNodeType: 'cache.t4g.micro',
        cacheNodes: 1,
        logRetentionDays: 30,
        logLevel: 'info',
        appMetrics: true,
        containerInsights: false,
      },
    });
  });

  it('protect prod, try its deployments on a tenth of the traffic, and give its cache a standby', () => {
    const config = loadConfig(PROD, REGION);
    expect(config).toMatchObject({ protect: true, compute: { canary: true, cacheNodes: 2 } });
    expect(config.compute?.entry).toEqual({
      scheme: 'https',
      domainName: 'orders.example.com',
      hostedZoneId: 'Z1',
    });
  });

  it('leave data alone to an emulator', () => {
    const { compute, alarms, protect } = loadConfig({ stage: 'local' }, REGION);
    expect([compute, alarms, protect]).toEqual([undefined, undefined, false]);
  });
});

describe('the settings of the repository', () => {
  it.each(STACKS)('are sound for %s', (stack) => {
    const settings = Object.fromEntries(
      Object.entries(readStackConfig(stack))
        .filter(([key]) => key.startsWith('order-pipeline:'))
        .map(([key, value]) => [key.replace('order-pipeline:', ''), value]),
    );
    expect(problemsOf(settings)).toEqual([]);
    expect(settings.stage).toBe(stack);
  });
});

describe('good values', () => {
  it('are read', () => {
    const config = loadConfig(
      {
        ...PROD,
        hostedZoneId: '',
        certificateArn: 'arn:aws:acm:eu-central-1:123456789012:certificate/a',
        protect: 'off',
        replicaRegions: 'eu-west-1, us-gov-west-1',
        alarmEmail: 'ops@example.com',
        authMode: 'oidc',
        oidcIssuer: 'https://login.example.com',
        oidcAudience: 'orders',
        natGateways: 'perZone',
        imageDigests: JSON.stringify(DIGESTS),
        corsOrigins: 'https://a.example.com,http://localhost:3000',
        apiCpu: '1024',
        apiMemory: '3072',
      },
      REGION,
    );
    expect(config).toMatchObject({
      protect: false,
      replicaRegions: ['eu-west-1', 'us-gov-west-1'],
      alarms: { email: 'ops@example.com' },
      compute: {
        entry: { scheme: 'https', certificateArn: 'arn:aws:acm:eu-central-1:123456789012:certificate/a' },
        auth: { mode: 'oidc', issuer: 'https://login.example.com', audience: 'orders' },
        images: { source: 'digest', digests: DIGESTS },
        corsOrigins: ['https://a.example.com', 'http://localhost:3000'],
        services: { 'order-api': { cpuUnits: 1024, memoryMiB: 3072 } },
      },
    });
    expect(loadConfig({ ...DEV, imageTag: '1.2.3' }, REGION).compute?.images).toEqual({
      source: 'tag',
      tag: '1.2.3',
    });
  });
});

describe('bad values', () => {
  it.each([
    [{}, 'stage is not set: pulumi config set stage dev (or prod, or local for an emulator)'],
    [
      { stage: 'test' },
      'stage is not one of the known values: pulumi config set stage dev (or prod, or local for an emulator)',
    ],
    [{ ...DEV, zone: '2' }, 'zone is not a setting: see the table in docs/deploy.md'],
    [{ ...DEV, protect: 'yes' }, 'protect is not one of the known values: set it to on, off'],
    [{ ...DEV, alarmEmail: 'nobody' }, 'alarmEmail is not an address: set an e-mail address'],
    [
      { stage: 'local', compute: 'on' },
      'compute is on for an emulator: set it to off: the services run by npm start',
    ],
    [
      { ...DEV, signingKeyGeneration: '0' },
      'signingKeyGeneration is too small: set a whole number from 1 to 1000000',
    ],
    [
      { ...DEV, replicaRegions: 'Ireland' },
      'replicaRegions is not a list of regions: set regions other than aws:region, separated by commas: eu-west-1,eu-north-1',
    ],
    [
      { ...DEV, replicaRegions: REGION },
      'replicaRegions has the home region in it: set regions other than aws:region, separated by commas: eu-west-1,eu-north-1',
    ],
    [
      { ...DEV, vpcCidr: '8.8.0.0/16' },
      'vpcCidr is not a private range of /16 to /22: set a range such as 10.0.0.0/16',
    ],
    [{ ...DEV, zones: '1' }, 'zones is too small: set a whole number from 2 to 3'],
    [
      { ...DEV, natGateways: 'two' },
      'natGateways is not one of the known values: set it to none, single, perZone',
    ],
    [{ ...DEV, domainName: 'orders' }, 'domainName is not a domain name: set api.example.com'],
    [
      { ...DEV, domainName: 'a.example.com' },
      'domainName has no certificate: set hostedZoneId or certificateArn as well',
    ],
    [{ ...DEV, hostedZoneId: 'Z1' }, 'domainName is not set: set the name under which clients reach the API'],
    [{ ...PROD, hostedZoneId: 'zone' }, "hostedZoneId is not a zone's id: set the id of a Route 53 zone"],
    [
      { ...PROD, certificateArn: 'cert' },
      "certificateArn is not a certificate's ARN: set the ARN of a certificate in the stack's region",
    ],
    [
      { ...PROD, certificateArn: 'arn:aws:acm:eu-central-1:123456789012:certificate/a' },
      'certificateArn is set beside hostedZoneId: set only one of the two',
    ],
    [
      { stage: 'prod' },
      'domainName is not set, and plain HTTP is for dev only: pulumi config set domainName api.example.com and hostedZoneId or certificateArn',
    ],
    [{ ...DEV, waf: '1' }, 'waf is not one of the known values: set it to on, off'],
    [{ ...DEV, authMode: 'demo' }, 'authMode is not one of the known values: set it to password, oidc'],
    [
      { ...DEV, authMode: 'oidc', natGateways: 'single', oidcAudience: 'a' },
      'oidcIssuer is not set: set a URL such as https://login.example.com',
    ],
    [
      { ...DEV, authMode: 'oidc', natGateways: 'single', oidcIssuer: 'https://a.example.com' },
      'oidcAudience is not set: set the audience that tokens must name',
    ],
    [
      { ...DEV, authMode: 'oidc', oidcIssuer: 'https://a.example.com', oidcAudience: 'a' },
      "natGateways is none, but order-api fetches the issuer's keys: set it to single or perZone",
    ],
    [{ ...DEV, rateLimit: '100' }, 'rateLimit is not a rate: set a rate such as 100/minute'],
    [
      { ...DEV, corsOrigins: 'shop' },
      'corsOrigins is not a list of origins: set origins such as https://shop.example.com, separated by commas',
    ],
    [{ ...DEV, imageTag: 'a b' }, 'imageTag is not a tag: set the tag under which all images were pushed'],
    [
      { ...DEV, imageTag: '1', imageDigests: JSON.stringify(DIGESTS) },
      'imageTag is set beside imageDigests: set only one of the two',
    ],
    [
      { ...DEV, imageDigests: 'order-api' },
      'imageDigests is not JSON: set a JSON object with a digest (sha256:…) for each of order-api, order-processor, scoring, metrics-collector',
    ],
    [
      { ...DEV, imageDigests: '{}' },
      'imageDigests is without a digest for every image: set a JSON object with a digest (sha256:…) for each of order-api, order-processor, scoring, metrics-collector',
    ],
    [{ ...DEV, apiCpu: 'many' }, 'apiCpu is not a whole number: set a whole number from 256 to 4096'],
    [
      { ...DEV, apiCpu: '300' },
      'apiMemory does not fit the CPU: 300 CPU units are not offered; use 256, 512, 1024, 2048, 4096',
    ],
    [
      { ...DEV, scoringMemory: '4096' },
      'scoringMemory does not fit the CPU: 4096 MiB do not go with 256 CPU units; use 512 to 2048 in steps of 1024',
    ],
    [{ ...DEV, processorMinTasks: '5' }, 'processorMaxTasks is less than processorMinTasks: set at least 5'],
    [
      { ...DEV, cacheNodeType: 'small' },
      'cacheNodeType is not a node type: set a node type such as cache.t4g.micro',
    ],
    [{ ...PROD, cacheNodes: '1' }, 'cacheNodes is too small: set a whole number from 2 to 6'],
    [
      { ...DEV, logRetentionDays: '8' },
      'logRetentionDays is not a period of CloudWatch: set one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365',
    ],
    [
      { ...DEV, logLevel: 'loud' },
      'logLevel is not one of the known values: set it to trace, debug, info, warn, error, fatal',
    ],
  ])('%j', (settings, problem) => {
    expect(problemsOf(settings as Record<string, string>)).toContain(problem);
  });

  it('is a missing region', () => {
    expect(() => loadConfig(DEV, undefined)).toThrow(
      'aws:region is not set: pulumi config set aws:region eu-central-1',
    );
  });

  it('are reported together', () => {
    expect(problemsOf({ ...DEV, zones: '9', protect: 'yes', waf: 'yes' })).toHaveLength(3);
  });
});
