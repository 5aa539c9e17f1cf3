/** Every setting, with its invalid values. */
import { describe, expect, it } from '@jest/globals';
import { ConfigError } from '@order-pipeline/platform/env';
import { loadConfig } from '../src/config/load.ts';
import { readStackConfig } from './support/capture.ts';
import { STACKS, settingsOf } from './support/stacks.ts';

const REGION = 'eu-central-1';
const DEV = { stage: 'dev' };
const PROD = {
  stage: 'prod',
  domainName: 'orders.acme.shop',
  hostedZoneId: 'Z1',
  natGateways: 'perZone',
  stripeApiKey: 'rk_live_abc',
  stripeWebhookSecret: 'whsec_abc',
};
const DIGEST = `sha256:${'a'.repeat(64)}`;
const DIGESTS = {
  'order-api': DIGEST,
  'order-processor': DIGEST,
  scoring: DIGEST,
  webhooks: DIGEST,
  operations: DIGEST,
  'metrics-collector': DIGEST,
};

const CIDR = 'set a private range of /16 to /22, such as 10.0.0.0/16 (10/8, 172.16/12 or 192.168/16)';
const ORIGINS = 'set origins such as https://shop.example.com, without a path, separated by commas';
const REPLICAS = 'set regions other than aws:region, separated by commas: eu-west-1,eu-north-1';

function problemsOf(
  settings: Record<string, string>,
  region: string | undefined = REGION,
  stack?: string,
): string[] {
  try {
    loadConfig(settings, region, stack);
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
      platform: { kind: 'ecs' },
      protect: false,
      replicaRegions: [],
      signingKeyGeneration: 1,
      jwtSecretGeneration: 1,
      version: 'unknown',
      runbookUrl: 'docs/runbook.md',
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
        payment: { gateway: 'simulated' },
        webhooks: false,
        webhookAllOrdersUsers: [],
        images: { source: 'build' },
        services: {
          'order-api': { cpuUnits: 256, memoryMiB: 512, minTasks: 1, maxTasks: 4 },
          'order-processor': { cpuUnits: 256, memoryMiB: 512, minTasks: 1, maxTasks: 4 },
          scoring: { cpuUnits: 256, memoryMiB: 512, minTasks: 1, maxTasks: 4 },
          webhooks: { cpuUnits: 256, memoryMiB: 512, minTasks: 1, maxTasks: 4 },
          operations: { cpuUnits: 256, memoryMiB: 512, minTasks: 1, maxTasks: 1 },
        },
        processorTuning: {},
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
      domainName: 'orders.acme.shop',
      hostedZoneId: 'Z1',
    });
  });

  it('leave data alone to an emulator', () => {
    const { compute, alarms, protect } = loadConfig({ stage: 'local' }, REGION);
    expect([compute, alarms, protect]).toEqual([undefined, undefined, false]);
  });
});

describe('payments and webhooks', () => {
  it('are real in prod', () => {
    const { compute } = loadConfig(PROD, REGION);
    expect(compute).toMatchObject({
      payment: { gateway: 'stripe', apiKey: 'rk_live_abc', webhookSecret: 'whsec_abc' },
      webhooks: true,
    });
  });

  it('are simulated and off in prod where the stack sets it', () => {
    const { stripeApiKey: _key, stripeWebhookSecret: _secret, ...rest } = PROD;
    const off = { ...rest, natGateways: 'none', paymentGateway: 'simulated', webhooks: 'off' };
    expect(problemsOf(off)).toEqual([]);
  });

  it('need no NAT gateway of the stack on a cluster that exists', () => {
    const cluster = { platform: 'none', clusterName: 'shop', clusterCidrs: '10.0.0.0/16' };
    const settings = {
      ...PROD,
      ...cluster,
      natGateways: 'none',
      redisUrl: 'rediss://:p@cache.acme.shop:6379',
    };
    expect(problemsOf(settings)).toEqual([]);
  });

  it('name their secrets in no problem', () => {
    expect(problemsOf({ ...PROD, stripeApiKey: 'sk_live_everything' }).join()).not.toContain('sk_live');
  });
});

describe('the settings of the repository', () => {
  it.each(STACKS)('are sound for %s', (stack) => {
    const settings = Object.fromEntries(
      Object.entries({ ...readStackConfig(stack), ...settingsOf(stack) })
        .filter(([key]) => key.startsWith('order-pipeline:'))
        .map(([key, value]) => [key.replace('order-pipeline:', ''), value]),
    );
    expect(problemsOf(settings, REGION, stack)).toEqual([]);
    expect(settings.stage).toBe(stack);
  });

  it('are those of the template for prod, which has to be filled in', () => {
    const template = Object.fromEntries(
      Object.entries(readStackConfig('prod'))
        .filter(([key]) => key.startsWith('order-pipeline:'))
        .map(([key, value]) => [key.replace('order-pipeline:', ''), value]),
    );
    expect(problemsOf(template, REGION, 'prod')).toEqual([
      'stripeApiKey is not set: pulumi config set --secret stripeApiKey, or set paymentGateway to simulated',
      'stripeWebhookSecret is not set: pulumi config set --secret stripeWebhookSecret, with the secret of the endpoint /webhooks/stripe at Stripe',
      'domainName is the example orders.example.com: set a domain of your own',
      'hostedZoneId is the example Z00000000EXAMPLE: set the id of the Route 53 zone that holds domainName',
      'alarmEmail is the example operations@example.com: set the address of those who are on call',
    ]);
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
        retire: 'prod',
        replicaRegions: 'eu-west-1, ap-southeast-7',
        alarmEmail: 'ops@acme.shop',
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
      replicaRegions: ['eu-west-1', 'ap-southeast-7'],
      alarms: { email: 'ops@acme.shop' },
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
    [{ ...DEV, vpcCidr: '8.8.0.0/16' }, `vpcCidr is a range of public addresses: ${CIDR}`],
    [{ ...DEV, zones: '1' }, 'zones is too small: set a whole number from 2 to 6'],
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
    [
      { ...DEV, paymentGateway: 'stripe', stripeWebhookSecret: 'whsec_a', natGateways: 'single' },
      'stripeApiKey is not set: pulumi config set --secret stripeApiKey, or set paymentGateway to simulated',
    ],
    [
      { ...PROD, stripeApiKey: 'sk_live_everything' },
      'stripeApiKey is not a restricted key (rk_live_... or rk_test_...): pulumi config set --secret stripeApiKey, or set paymentGateway to simulated',
    ],
    [
      { ...PROD, stripeWebhookSecret: 'secret' },
      'stripeWebhookSecret is not a signing secret (whsec_...): pulumi config set --secret stripeWebhookSecret, with the secret of the endpoint /webhooks/stripe at Stripe',
    ],
    [
      { ...DEV, stripeApiKey: 'rk_test_a' },
      'stripeApiKey is set, but paymentGateway is simulated: set paymentGateway to stripe, or remove it',
    ],
    [
      { ...PROD, natGateways: 'none' },
      'natGateways is none, but scoring calls Stripe: set it to single or perZone',
    ],
    [
      { ...PROD, natGateways: 'single' },
      'natGateways is single, but payments go through it: the loss of its zone would stop them: set it to perZone',
    ],
    [
      { ...DEV, webhooks: 'on' },
      'natGateways is none, but webhooks are delivered to the Internet: set it to single or perZone, or webhooks to off',
    ],
    [
      { ...DEV, webhookAllOrdersUsers: 'erp' },
      'webhookAllOrdersUsers is set, but webhooks is off: set webhooks to on, or remove it',
    ],
    [
      { ...DEV, webhooks: 'on', natGateways: 'single', webhookAllOrdersUsers: 'a b' },
      'webhookAllOrdersUsers is not a list of users: set user ids, separated by commas',
    ],
    [{ ...DEV, tracesShare: '5' }, 'tracesShare is set, but tracing is off: set tracing to on, or remove it'],
    [
      { ...DEV, tracing: 'on', tracesShare: '101' },
      'tracesShare is too large: set a whole number from 0 to 100',
    ],
    [
      { ...DEV, tracing: 'on', tracesCollector: 'node' },
      'tracesCollector is set, but platform is ecs: remove it, or set platform to eks or none',
    ],
    [
      { ...PROD, platform: 'eks', zones: '3', tracesCollector: 'node' },
      'tracesCollector is set, but tracing is off: set tracing to on, or remove it',
    ],
    [
      { ...PROD, platform: 'eks', zones: '3', tracing: 'on', tracesCollector: 'node', tracesShare: '5' },
      'tracesShare is set, but the collectors of the cluster decide what they keep: set tracesCollector to sidecar, or remove it',
    ],
    [
      { ...DEV, rateLimit: '100' },
      'rateLimit is not a count per second, minute, hour or day: set a rate such as 100/minute',
    ],
    [
      { ...DEV, rateLimit: '0/minute' },
      'rateLimit is not a count per second, minute, hour or day: set a rate such as 100/minute',
    ],
    [{ ...DEV, corsOrigins: 'shop' }, `corsOrigins holds shop, which is not an origin: ${ORIGINS}`],
    [
      { ...DEV, corsOrigins: 'https://a.acme.shop, https://b.acme.shop/cart' },
      `corsOrigins holds https://b.acme.shop/cart, which is not an origin: ${ORIGINS}`,
    ],
    [
      { ...DEV, corsOrigins: 'https://a.acme.shop/' },
      `corsOrigins holds https://a.acme.shop/, which is not an origin: ${ORIGINS}`,
    ],
    [
      { ...DEV, imageTag: 'a b' },
      'imageTag is not a tag: set the tag under which all images were pushed, such as a revision',
    ],
    [
      { ...DEV, imageTag: 'latest' },
      'imageTag is latest, which names another image after every push: set the tag under which all images were pushed, such as a revision',
    ],
    [
      { ...DEV, imageTag: '1', imageDigests: JSON.stringify(DIGESTS) },
      'imageTag is set beside imageDigests: set only one of the two',
    ],
    [
      { ...DEV, imageDigests: 'order-api' },
      'imageDigests is not JSON: set a JSON object with a digest (sha256:…) for each of order-api, order-processor, scoring, webhooks, operations, metrics-collector',
    ],
    [
      { ...DEV, imageDigests: '{}' },
      'imageDigests is without a digest for every image: set a JSON object with a digest (sha256:…) for each of order-api, order-processor, scoring, webhooks, operations, metrics-collector',
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

  it.each([
    ['10.999.0.0/16', 'not an IPv4 range'],
    ['10.0.0.0/33', 'not an IPv4 range'],
    ['10.0.0/16', 'not an IPv4 range'],
    ['10.0.0.0/8', 'not of /16 to /22'],
    ['10.0.0.0/23', 'not of /16 to /22'],
    ['10.0.1.7/16', 'not the start of its range, which is 10.0.0.0/16'],
    ['10.0.3.0/22', 'not the start of its range, which is 10.0.0.0/22'],
    ['172.200.0.0/16', 'a range of public addresses'],
    ['172.32.0.0/16', 'a range of public addresses'],
    ['192.1.0.0/16', 'a range of public addresses'],
    ['192.169.0.0/16', 'a range of public addresses'],
    ['11.0.0.0/16', 'a range of public addresses'],
  ])('is the range %s', (vpcCidr, problem) => {
    expect(problemsOf({ ...DEV, vpcCidr })).toEqual([`vpcCidr is ${problem}: ${CIDR}`]);
  });

  it.each(['10.255.0.0/16', '172.16.0.0/16', '172.31.252.0/22', '192.168.0.0/20'])(
    'is not the range %s',
    (vpcCidr) => {
      expect(problemsOf({ ...DEV, vpcCidr })).toEqual([]);
    },
  );

  it.each([
    ['cache.t1.micro', 'of the generation t1, which has no encryption'],
    ['cache.m1.small', 'of the generation m1, which has no encryption'],
    ['cache.m3.medium', 'of the generation m3, which has no encryption'],
    ['cache.r3.large', 'of the generation r3, which has no encryption'],
    ['cache.c1.xlarge', 'of the generation c1, which has no encryption'],
    ['cache.t4g.huge', 'not a node type'],
    ['db.t4g.micro', 'not a node type'],
  ])('is the node type %s', (cacheNodeType, problem) => {
    expect(problemsOf({ ...DEV, cacheNodeType })).toEqual([
      `cacheNodeType is ${problem}: set a node type such as cache.t4g.micro`,
    ]);
  });

  it.each(['cache.t3.small', 'cache.m7g.large', 'cache.r6gd.16xlarge', 'cache.c7gn.xlarge'])(
    'is not the node type %s',
    (cacheNodeType) => {
      expect(problemsOf({ ...DEV, cacheNodeType })).toEqual([]);
    },
  );

  it.each([
    [
      { ...PROD, hostedZoneId: '', certificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/a' },
      'certificateArn is a certificate of us-east-1: request one in eu-central-1, where the load balancer is',
    ],
    [
      { ...DEV, replicaRegions: 'eu-west-1,eu-north-1,eu-west-1' },
      `replicaRegions holds eu-west-1 twice: ${REPLICAS}`,
    ],
    [
      { ...DEV, replicaRegions: 'eu-west-9' },
      `replicaRegions holds eu-west-9, which is not a region of AWS: ${REPLICAS}`,
    ],
    [
      { ...DEV, replicaRegions: 'us-gov-west-1' },
      `replicaRegions holds us-gov-west-1, which is apart from eu-central-1: ${REPLICAS}`,
    ],
    [
      { ...DEV, oidcIssuer: 'https://login.acme.shop' },
      'oidcIssuer is set, but authMode is password: set authMode to oidc, or remove it',
    ],
    [
      { ...DEV, oidcAudience: 'orders' },
      'oidcAudience is set, but authMode is password: set authMode to oidc, or remove it',
    ],
    [
      { ...DEV, logLevel: 'warn' },
      'logLevel is warn, but the alarm on latency reads the access log of order-api: set it to info or debug, or alarms to off',
    ],
    [
      { ...PROD, protect: 'off' },
      'protect is off in prod: the tables and the load balancer could be deleted: remove the setting, or set retire to prod to take the stack down',
    ],
    [
      { ...PROD, protect: 'off', retire: 'dev' },
      'protect is off in prod: the tables and the load balancer could be deleted: remove the setting, or set retire to prod to take the stack down',
    ],
    [
      { ...PROD, alarms: 'off' },
      'canary is on while alarms are off: nothing would take a bad deployment back: set alarms to on, or canary to off',
    ],
    [{ ...PROD, apiMinTasks: '1' }, 'apiMinTasks is too small: set a whole number from 2 to 100'],
    [{ ...PROD, processorMinTasks: '1' }, 'processorMinTasks is too small: set a whole number from 2 to 100'],
    [
      { ...PROD, domainName: 'orders.example.com' },
      'domainName is the example orders.example.com: set a domain of your own',
    ],
    [{ ...PROD, domainName: 'shop.test' }, 'domainName is the example shop.test: set a domain of your own'],
    [
      { ...PROD, hostedZoneId: 'Z00000000EXAMPLE' },
      'hostedZoneId is the example Z00000000EXAMPLE: set the id of the Route 53 zone that holds domainName',
    ],
    [
      { ...PROD, alarmEmail: 'operations@example.com' },
      'alarmEmail is the example operations@example.com: set the address of those who are on call',
    ],
    [
      { ...DEV, processorMaxInFlight: '0' },
      'processorMaxInFlight is too small: set a whole number from 1 to 1000',
    ],
    [
      { ...DEV, processorLeaseMs: '30001' },
      'processorLeaseMs is longer than the queue hides a message: set at most 30000',
    ],
    [
      { ...DEV, processorLeaseMarginMs: '15000' },
      'processorLeaseMarginMs leaves nothing of the lease: set less than processorLeaseMs, which is 15000',
    ],
    [
      { ...DEV, reconcileAgeMs: '59999' },
      'reconcileAgeMs is shorter than two visibility timeouts: set at least 60000',
    ],
  ])('is refused alone: %j', (settings, problem) => {
    expect(problemsOf(settings as Record<string, string>)).toEqual([problem]);
  });

  it.each([
    ['prod', 'dev', ['stage is dev in the stack prod: set it to prod, or name the stack otherwise']],
    [
      'production',
      'dev',
      ['stage is dev in the stack production: set it to prod, or name the stack otherwise'],
    ],
    [
      'prod-eu',
      'local',
      ['stage is local in the stack prod-eu: set it to prod, or name the stack otherwise'],
    ],
    ['dev', 'dev', []],
    ['products', 'dev', []],
  ])('is a stack %s of stage %s', (stack, stage, problems) => {
    expect(problemsOf({ stage }, REGION, stack)).toEqual(problems);
  });

  it('is a stack that is retired under another name', () => {
    const settings = { ...PROD, protect: 'off', retire: 'prod' };
    expect(problemsOf(settings, REGION, 'prod')).toEqual([]);
    expect(problemsOf(settings, REGION, 'prod-eu')).toHaveLength(1);
  });

  it.each(['eu-centrl-1', 'Frankfurt', 'us-east-9'])('is the region %s', (region) => {
    expect(problemsOf(DEV, region)).toEqual([
      `aws:region is ${region}, which is not a region of AWS: pulumi config set aws:region eu-central-1`,
    ]);
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
