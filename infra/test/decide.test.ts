/** The pure parts, apart from the program: the same decisions with values that no stack has. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { FraudService } from '@order-pipeline/contracts/gen/fraud/v1/fraud_pb';
import { InventoryService } from '@order-pipeline/contracts/gen/inventory/v1/inventory_pb';
import { PaymentService } from '@order-pipeline/contracts/gen/payment/v1/payment_pb';
import { RPC_SERVICES, toAlarms, toAlarmText } from '../src/decide/alarms.ts';
import { toCollectorContainer, toServiceContainer } from '../src/decide/containers.ts';
import { toDashboard } from '../src/decide/dashboard.ts';
import { SIDECAR_ENDPOINT, toEnvironment, toSecretNames } from '../src/decide/environment.ts';
import { validateTaskSize } from '../src/decide/fargate.ts';
import { type Features, toDeployedServices } from '../src/decide/features.ts';
import { isMember, toFlows } from '../src/decide/flows.ts';
import {
  apiLatency,
  backlogPerTask,
  COUNTED_LINES,
  requestsPerTask,
  toAccessLogFilter,
  toCountedLines,
  toLineFilter,
} from '../src/decide/metrics.ts';
import {
  toAlarmKeyStatements,
  toAlarmTopicStatements,
  toExecutionStatements,
  toLayerBucketStatements,
  toMetricsStatements,
  toPolicy,
  toSubscribedStatements,
  toTaskStatements,
  toTracesStatements,
  toTrafficStatements,
  toTrustPolicy,
} from '../src/decide/permissions.ts';
import { SERVICE_NAMES, STOP_TIMEOUT_MS, STOP_TIMEOUT_SECONDS } from '../src/decide/services.ts';
import { toQueueArgs, toRedriveAllowPolicy, toRedrivePolicy, toTableArgs } from '../src/decide/shapes.ts';
import { ROOT } from './support/capture.ts';
import { BARE, FULL } from './support/features.ts';

describe('task sizes', () => {
  it.each([
    [256, 512],
    [256, 1024],
    [512, 1024],
    [1024, 8192],
    [4096, 30_720],
  ])('%i CPU units go with %i MiB', (cpuUnits, memoryMiB) => {
    expect(validateTaskSize({ cpuUnits, memoryMiB })).toBeUndefined();
  });

  it.each([
    [300, 512, '300 CPU units are not offered; use 256, 512, 1024, 2048, 4096'],
    [256, 256, '256 MiB do not go with 256 CPU units; use 512 to 2048 in steps of 1024'],
    [256, 1536, '1536 MiB do not go with 256 CPU units; use 512 to 2048 in steps of 1024'],
    [512, 8192, '8192 MiB do not go with 512 CPU units; use 1024 to 4096 in steps of 1024'],
  ])('%i CPU units do not go with %i MiB', (cpuUnits, memoryMiB, problem) => {
    expect(validateTaskSize({ cpuUnits, memoryMiB })).toBe(problem);
  });
});

describe('flows', () => {
  it('let the Internet reach the load balancer and nothing else', () => {
    const inward = toFlows({ https: true, oidc: true, features: FULL }).filter(
      ({ from }) => from === 'internet',
    );
    expect(inward.map(({ to, port }) => [to, port])).toEqual([
      ['load-balancer', 80],
      ['load-balancer', 443],
    ]);
  });

  it('let order-api reach an OpenID issuer where there is one', () => {
    const outward = (oidc: boolean, features = BARE) =>
      toFlows({ https: false, oidc, features }).filter(({ to }) => to === 'internet');
    expect(outward(false)).toEqual([]);
    expect(outward(true)).toEqual([
      { from: 'order-api', to: 'internet', port: 443, why: 'keys of the OpenID issuer' },
    ]);
    expect(outward(false, FULL).map(({ from, port }) => [from, port])).toEqual([
      ['webhooks', 443],
      ['scoring', 443],
      ['operations', 443],
    ]);
  });

  it('let events of Stripe reach scoring where it is the payment provider', () => {
    const toScoring = (features: Features) =>
      toFlows({ https: true, oidc: false, features }).filter(
        ({ from, to }) => from === 'load-balancer' && to === 'scoring',
      );
    expect(toScoring(BARE)).toEqual([]);
    expect(toScoring(FULL).map(({ port }) => port)).toEqual([8081]);
  });

  it('never lead back', () => {
    const pairs = toFlows({ https: true, oidc: true, features: FULL }).map(({ from, to }) => `${from}>${to}`);
    const back = toFlows({ https: true, oidc: true, features: FULL }).filter(
      ({ from, to }) => isMember(from) && isMember(to) && pairs.includes(`${to}>${from}`),
    );
    expect(back).toEqual([]);
  });
});

describe('shapes', () => {
  it('become queue attributes', () => {
    const shape = {
      name: 'q',
      visibilityTimeoutSeconds: 1,
      messageRetentionSeconds: 2,
      receiveWaitTimeSeconds: 3,
    };
    expect(toQueueArgs(shape)).toEqual({
      visibilityTimeoutSeconds: 1,
      messageRetentionSeconds: 2,
      receiveWaitTimeSeconds: 3,
    });
    expect(toRedrivePolicy('arn', 5)).toBe('{"deadLetterTargetArn":"arn","maxReceiveCount":5}');
    expect(toRedriveAllowPolicy(['a'])).toBe('{"redrivePermission":"byQueue","sourceQueueArns":["a"]}');
  });

  it('have the attribute by which items expire', () => {
    const shape = { name: 't', hashKey: { name: 'a', type: 'S' as const }, indexes: [] };
    expect(toTableArgs({ ...shape, ttlAttribute: 'expires_at' })).toMatchObject({
      ttl: { attributeName: 'expires_at', enabled: true },
    });
    expect(toTableArgs(shape)).not.toHaveProperty('ttl');
  });

  it('become keys and indexes', () => {
    const index = {
      name: 'by_b',
      hashKey: { name: 'b', type: 'S' as const },
      rangeKey: { name: 'c', type: 'N' as const },
      projection: 'ALL' as const,
    };
    expect(toTableArgs({ name: 't', hashKey: { name: 'a', type: 'S' }, indexes: [index] })).toEqual({
      billingMode: 'PAY_PER_REQUEST',
      hashKey: 'a',
      attributes: [
        { name: 'a', type: 'S' },
        { name: 'b', type: 'S' },
        { name: 'c', type: 'N' },
      ],
      globalSecondaryIndexes: [
        {
          name: 'by_b',
          keySchemas: [
            { attributeName: 'b', keyType: 'HASH' },
            { attributeName: 'c', keyType: 'RANGE' },
          ],
          projectionType: 'ALL',
        },
      ],
    });
  });
});

describe('permissions', () => {
  it('become a policy document', () => {
    const statement = { Sid: 'S', Effect: 'Allow' as const, Action: ['sqs:SendMessage'], Resource: ['arn'] };
    expect(JSON.parse(toPolicy([statement]))).toEqual({ Version: '2012-10-17', Statement: [statement] });
  });

  const arns = {
    orderQueue: 'arn:queue',
    orderDlq: 'arn:dlq',
    orders: 'arn:orders',
    inventory: 'arn:inventory',
    payments: 'arn:payments',
    users: 'arn:users',
    eventsTopic: 'arn:events',
    webhookQueue: 'arn:webhooks',
    webhookDlq: 'arn:webhook-dlq',
    webhookEndpoints: 'arn:endpoints',
    webhookDeliveries: 'arn:deliveries',
  };

  it.each(SERVICE_NAMES)('of %s name every action and every resource', (service) => {
    for (const { Action, Resource } of toTaskStatements(service, arns, FULL)) {
      expect(Action.join()).not.toContain('*');
      expect(Resource).not.toContain('*');
    }
  });

  it('of order-api reach webhook tables only where there are webhooks', () => {
    const resources = (features: Features) =>
      toTaskStatements('order-api', arns, features).flatMap(({ Resource }) => Resource);
    expect(resources(BARE)).not.toContain('arn:endpoints');
    expect(resources(FULL)).toEqual(
      expect.arrayContaining(['arn:webhooks', 'arn:endpoints', 'arn:deliveries']),
    );
  });

  it('of a subscribed queue let in the topic alone', () => {
    expect(toSubscribedStatements('arn:webhooks', ['arn:events'])).toEqual([
      {
        Sid: 'Subscription0',
        Effect: 'Allow',
        Principal: { Service: 'sns.amazonaws.com' },
        Action: ['sqs:SendMessage'],
        Resource: ['arn:webhooks'],
        Condition: { ArnEquals: { 'aws:SourceArn': 'arn:events' } },
      },
    ]);
  });

  it('of ECS read secrets only where there are some', () => {
    const inputs = { repositories: ['arn:image'], logGroup: 'arn:logs' };
    const sids = (secrets: string[]) => toExecutionStatements({ ...inputs, secrets }).map(({ Sid }) => Sid);
    expect(sids([])).toEqual(['LogInToTheRegistry', 'PullImages', 'WriteLogs']);
    expect(sids(['arn:secret'])).toEqual(['LogInToTheRegistry', 'PullImages', 'WriteLogs', 'ReadSecrets']);
  });

  it('of a deployment, the collector, alarms and image layers are as small', () => {
    expect(toTrafficStatements('arn:rule', ['arn:a', 'arn:b']).map(({ Resource }) => Resource)).toEqual([
      ['*'],
      ['arn:rule'],
      ['arn:a', 'arn:b'],
    ]);
    expect(toMetricsStatements('arn:logs')[0]?.Resource).toEqual(['arn:logs:*']);
    expect(toAlarmTopicStatements('arn:topic', '1').map(({ Effect, Action }) => [Effect, ...Action])).toEqual(
      [
        ['Allow', 'sns:Publish'],
        ['Deny', 'sns:Publish', 'sns:Subscribe'],
      ],
    );
    expect(toAlarmKeyStatements('1')[1]?.Principal).toEqual({ AWS: 'arn:aws:iam::1:root' });
    expect(toLayerBucketStatements('eu-west-1')[0]?.Resource).toEqual([
      'arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/*',
    ]);
    expect(JSON.parse(toTrustPolicy('ecs.amazonaws.com')).Statement[0].Action).toEqual(['sts:AssumeRole']);
  });
});

describe('containers', () => {
  const inputs = {
    image: 'i',
    environment: { B: '2', A: '1' },
    secrets: { C: 's' },
    logGroup: 'g',
    region: 'r',
  };

  it.each(SERVICE_NAMES)('of %s have their variables in order, so that ECS sees no change', (service) => {
    const container = toServiceContainer({ ...inputs, service });
    expect(container.environment.map(({ name }) => name)).toEqual(['A', 'B']);
    expect(container.secrets).toEqual([{ name: 'C', valueFrom: 's' }]);
    expect(container.logConfiguration.options).toMatchObject({ 'awslogs-group': 'g', mode: 'non-blocking' });
  });

  it('stop before they are killed', () => {
    expect(STOP_TIMEOUT_SECONDS * 1_000).toBeGreaterThan(STOP_TIMEOUT_MS);
  });

  it('of the collector listen nowhere', () => {
    const collector = toCollectorContainer({ ...inputs, metrics: { namespace: 'n', logGroup: 'm' } });
    expect(collector.portMappings).toEqual([]);
    expect(collector.essential).toBe(false);
  });
});

describe('environment', () => {
  const inputs = {
    stage: 'dev',
    logLevel: 'info',
    region: 'r',
    orderQueueUrl: 'https://q',
    orderDlqUrl: 'https://d',
    ordersTable: 'o',
    inventoryTable: 'i',
    paymentsTable: 'p',
    usersTable: 'u',
    eventsTopicArn: 'arn:events',
    webhookQueueUrl: 'https://w',
    webhookDlqUrl: 'https://wd',
    webhookEndpointsTable: 'we',
    webhookDeliveriesTable: 'wd',
    features: FULL,
    webhookAllOrdersUsers: ['erp', 'bi'],
    apiProcesses: 3,
    auth: { mode: 'oidc', issuer: 'https://issuer', audience: 'a' },
    rateLimit: '1/minute',
    corsOrigins: ['https://a', 'https://b'],
    publicBaseUrl: 'https://api',
    trustProxyHops: 1,
    scoringUrl: 'http://scoring:50051',
    readinessUrls: { 'order-api': 'https://api', scoring: 'http://scoring-ops:8081' },
    operations: {
      domainName: 'operations.acme.shop',
      issuer: 'https://staff',
      clientId: 'console',
      rolesClaim: 'groups',
      traceUrl: 'https://traces/{trace_id}',
    },
  };

  it.each(SERVICE_NAMES)('of %s has no secret in it', (service) => {
    for (const name of SERVICE_NAMES.flatMap((each) => toSecretNames(each, FULL))) {
      expect(toEnvironment(service, inputs)).not.toHaveProperty(name);
    }
  });

  it('tells the console who logs in, where it is, and whom to ask for readiness', () => {
    const variables = toEnvironment('operations', inputs);
    expect(variables).toMatchObject({
      PORT: '8090',
      PUBLIC_BASE_URL: 'https://operations.acme.shop',
      OIDC_ISSUER: 'https://staff',
      OIDC_CLIENT_ID: 'console',
      OIDC_ROLES_CLAIM: 'groups',
      TRACE_URL_TEMPLATE: 'https://traces/{trace_id}',
      HEALTH_URLS: 'order-api=https://api/ready,scoring=http://scoring-ops:8081/ready',
    });
    expect(variables).not.toHaveProperty('OIDC_OPERATOR_ROLE');
  });

  it('names the OpenID issuer and the origins where there are some', () => {
    expect(toEnvironment('order-api', inputs)).toMatchObject({
      OIDC_ISSUER: 'https://issuer',
      OIDC_AUDIENCE: 'a',
      CORS_ORIGINS: 'https://a,https://b',
    });
    const bare = toEnvironment('order-api', { ...inputs, auth: { mode: 'password' }, corsOrigins: [] });
    expect(Object.keys(bare)).not.toEqual(expect.arrayContaining(['OIDC_ISSUER']));
    expect(bare).not.toHaveProperty('CORS_ORIGINS');
  });

  it('offers webhooks where they are on, and names who may receive all events', () => {
    expect(toEnvironment('order-api', inputs)).toMatchObject({
      WEBHOOK_QUEUE_URL: 'https://w',
      WEBHOOK_ENDPOINTS_TABLE: 'we',
      WEBHOOK_ALL_ORDERS_USERS: 'erp,bi',
      EXPECTED_PROCESSES: '3',
    });
    const off = toEnvironment('order-api', { ...inputs, features: BARE });
    expect(Object.keys(off).filter((name) => name.startsWith('WEBHOOK'))).toEqual([]);
    expect(toEnvironment('order-api', { ...inputs, webhookAllOrdersUsers: [] })).not.toHaveProperty(
      'WEBHOOK_ALL_ORDERS_USERS',
    );
  });

  it('names the payment provider, whose secrets only scoring has', () => {
    expect(toEnvironment('scoring', inputs).PAYMENT_GATEWAY).toBe('stripe');
    expect(toEnvironment('scoring', { ...inputs, features: BARE }).PAYMENT_GATEWAY).toBe('simulated');
    const having = SERVICE_NAMES.filter((service) => toSecretNames(service, FULL).includes('STRIPE_API_KEY'));
    expect(having).toEqual(['scoring']);
    expect(toSecretNames('scoring', BARE)).toEqual(['REDIS_URL']);
  });

  it('may send spans to X-Ray, and nothing else, where tracing is on', () => {
    expect(toTracesStatements().map(({ Action }) => Action)).toEqual([
      ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
    ]);
  });

  it('sends spans to the collector of the task where tracing is on', () => {
    expect(toEnvironment('scoring', { ...inputs, tracesEndpoint: SIDECAR_ENDPOINT })).toMatchObject({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318',
      OTEL_TRACES_SAMPLER: 'parentbased_always_on',
    });
    expect(toEnvironment('scoring', inputs)).not.toHaveProperty('OTEL_EXPORTER_OTLP_ENDPOINT');
  });

  it('names the scoring services', () => {
    expect(toEnvironment('scoring', inputs).SCORING_SERVICES).toBe('inventory,fraud,payment');
  });
});

describe('features', () => {
  it('decide which services run', () => {
    expect(toDeployedServices(BARE)).toEqual(['order-api', 'order-processor', 'scoring']);
    expect(toDeployedServices(FULL)).toEqual(SERVICE_NAMES);
  });
});

describe('metrics', () => {
  const queues = { orderQueue: 'q', orderDlq: 'd', tables: ['t'] };

  it('scale by what each task has to do', () => {
    expect(backlogPerTask('q', 'c', 's').expression).toBe('backlog / FILL(tasks, 1)');
    expect(requestsPerTask('lb', 'c', 's').metrics.requests?.dimensions).toEqual({ LoadBalancer: 'lb' });
    const beside = requestsPerTask('lb', 'c', 's', 'tg');
    expect(beside.expression).toBe('(requests - FILL(console, 0)) / FILL(tasks, 1)');
    expect(beside.metrics.console?.dimensions).toEqual({ LoadBalancer: 'lb', TargetGroup: 'tg' });
  });

  it('ring alarms about what is deployed', () => {
    const names = (watched: Parameters<typeof toAlarms<string>>[0]) =>
      toAlarms(watched).map(({ name }) => name);
    expect(names(queues)).toEqual([
      ...['dead-letters', 'oldest-order', 'throttles', 'dependency-slow', 'dependency-errors'],
    ]);
    expect(names({ ...queues, stage: 'dev' })).toContain('orders-failed');
    expect(names({ ...queues, accessLogNamespace: 'own' })).toContain('api-p99');
    expect(names({ ...queues, namespace: 'n' })).toContain('breaker-open');
    expect(names({ ...queues, webhookQueue: 'w', webhookDlq: 'wd' })).toEqual(
      expect.arrayContaining(['webhook-dead-letters', 'webhooks-late']),
    );
    const countedLines = toCountedLines(FULL);
    expect(names({ ...queues, accessLogNamespace: 'own', countedLines })).toEqual(
      expect.arrayContaining(['payment-provider-down', 'payment-problem', 'webhook-endpoint-disabled']),
    );
    expect(toCountedLines(BARE)).toEqual([]);
  });

  it('count failures of the console apart from those of the API', () => {
    const alarms = toAlarms({ ...queues, loadBalancer: 'lb', consoleTarget: 'tg' });
    const [api, console] = ['api-5xx', 'console-errors'].map((name) => alarms.find((it) => it.name === name));
    expect(api?.reading.expression).toBe(
      'IF((FILL(requests, 0) - FILL(console, 0)) > 20, 100 * (FILL(target, 0) + FILL(balancer, 0) - FILL(consoleErrors, 0)) / (FILL(requests, 0) - FILL(console, 0)), 0)',
    );
    expect(console).toMatchObject({ guardsDeployment: false, threshold: 5 });
    expect(console?.reading.metrics.errors?.dimensions).toEqual({ LoadBalancer: 'lb', TargetGroup: 'tg' });
    expect(toAlarms({ ...queues, loadBalancer: 'lb' }).map(({ name }) => name)).not.toContain(
      'console-errors',
    );
  });

  it('end with a link to their section of the runbook', () => {
    const [alarm] = toAlarms(queues);
    expect(alarm && toAlarmText(alarm, 'https://wiki.acme.shop/runbook')).toMatch(
      /^Orders are .+\. Runbook: https:\/\/wiki\.acme\.shop\/runbook#dead-letters$/,
    );
  });

  it('take latency from the access log of requests that do not wait', () => {
    expect(toAccessLogFilter()).toMatchObject({
      metricName: apiLatency('own', 'p99').metricName,
      pattern: expect.stringContaining('$.waiting NOT EXISTS'),
    });
  });

  it('count log lines that the services write', () => {
    for (const [name, { service, message }] of Object.entries(COUNTED_LINES)) {
      const sources = globSync(`services/${service}/src/**/*.ts`, { cwd: ROOT })
        .map((path) => readFileSync(join(ROOT, path), 'utf8'))
        .join('\n');
      expect(sources).toContain(`'${message}'`);
      const filter = toLineFilter(name as keyof typeof COUNTED_LINES);
      expect(filter).toMatchObject({ metricName: name, value: '1' });
      expect(filter.pattern).toContain(`($.msg = "${message}")`);
    }
  });

  it('guard deployments by what clients see', () => {
    const guards = toAlarms({
      ...queues,
      loadBalancer: 'lb',
      accessLogNamespace: 'own',
      namespace: 'n',
    }).filter((it) => it.guardsDeployment);
    expect(guards.map(({ name }) => name)).toEqual(['api-5xx', 'api-p99']);
  });

  it('name the RPC services as their contracts do', () => {
    expect(Object.values(RPC_SERVICES)).toEqual([
      InventoryService.typeName,
      FraudService.typeName,
      PaymentService.typeName,
    ]);
  });

  it('show what is deployed', () => {
    const titles = (more: object) =>
      toDashboard({ ...queues, region: 'r', services: ['s'], ...more }).widgets.map(
        (it) => it.properties.title,
      );
    expect(titles({})).toEqual([
      'Orders that wait',
      'Age of the oldest order (s)',
      'Throttled requests by table',
    ]);
    expect(titles({ cluster: 'c' })).toContain('Processes');
    expect(titles({ stage: 'dev' })).toContain('Orders by outcome, from the logs');
    expect(titles({ loadBalancer: 'lb' })).toContain('Requests and failures');
    expect(titles({ namespace: 'n' })).toContain('Orders by outcome');
    expect(titles({ loadBalancer: 'lb', consoleTarget: 'tg' })).toContain("Calls of the operators' API");
    expect(titles({ loadBalancer: 'lb' })).not.toContain("Calls of the operators' API");
    expect(titles({ webhookQueue: 'w', webhookDlq: 'wd' })).toContain('Webhooks that wait');
    expect(titles({ accessLogNamespace: 'n', countedLines: toCountedLines(FULL) })).toContain(
      'Payment provider and webhook endpoints',
    );
    expect(titles({ accessLogNamespace: 'n' })).toContain('Latency of the API without waiting requests');
  });
});
