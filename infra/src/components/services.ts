/** The services: how each is reached and deployed. */
import * as pulumi from '@pulumi/pulumi';
import { type ComputeConfig, type StackConfig, toFeatures, toOperationsSettings } from '../config/types.ts';
import { type SecretName, SIDECAR_ENDPOINT, toEnvironment, toSecretNames } from '../decide/environment.ts';
import {
  COUNTED_LINES,
  toAccessLogFilter,
  toCountedLines,
  toLineFilter,
  toObjectiveFilters,
} from '../decide/metrics.ts';
import { toPolicy, toTaskStatements } from '../decide/permissions.ts';
import { COLLECTOR, PORTS, type ServiceName, toOpsHost } from '../decide/services.ts';
import { ApiDeployment } from './api-deployment.ts';
import { Collector } from './collector.ts';
import type { Data } from './data.ts';
import { type Deployment, FargateService } from './fargate-service.ts';
import { LogMetric } from './log-metric.ts';
import { createOperationsSecrets } from './operations-secrets.ts';
import { PaymentEntry } from './payment-entry.ts';
import type { Platform } from './platform.ts';
import { Scaling, type ServiceOutputs } from './scaling.ts';
import type { StoredSecret } from './stored-secret.ts';
import { createStripeSecrets } from './stripe-secrets.ts';

/** Arguments of the services. */
export interface ServicesArgs {
  /** Prefix of the names in AWS. */
  readonly prefix: string;
  readonly config: StackConfig;
  readonly compute: ComputeConfig;
  readonly data: Data;
  readonly platform: Platform;
  /** Days in which a deleted secret can be brought back. */
  readonly recoveryDays: number;
  /** CloudWatch namespace of the processor's own metrics; absent where none are collected. */
  readonly metricsNamespace?: string;
  /** Alarms that take a deployment of order-api back. */
  readonly deploymentGuards: readonly pulumi.Input<string>[];
}

/** Settings of some services only. */
interface Extras {
  readonly collector?: Collector | undefined;
  readonly dependsOn?: pulumi.Resource[];
}

/** Name under which the tasks of the processor reach scoring by Service Connect. */
const SCORING_HOST = 'scoring';
const SCORING_PORT = PORTS.scoring.service;

/** The load balancer is the only proxy between clients and order-api. */
const LOAD_BALANCER_HOPS = 1;

/** order-api, order-processor, scoring and, where they are on, webhooks and operations. */
export class Services extends pulumi.ComponentResource {
  /** Names of the services in ECS. */
  readonly names: ServiceOutputs;
  readonly #secrets: Partial<Record<SecretName, StoredSecret>>;

  constructor(name: string, args: ServicesArgs, opts?: pulumi.ComponentResourceOptions) {
    super('order-pipeline:infra:Services', name, {}, opts);
    const { data, platform, compute, prefix, recoveryDays } = args;
    this.#secrets = {
      JWT_SECRET: data.secrets.jwtSecret,
      URL_SIGNING_KEYS: data.secrets.urlSigningKeys,
      REDIS_URL: platform.redisUrl,
      ...createStripeSecrets(compute.payment, { prefix, recoveryDays }, { parent: this }),
      ...createOperationsSecrets(compute.operations, { prefix, recoveryDays }, { parent: this }),
    };
    const scoring = this.#createScoring(args);
    const processor = this.#createProcessor(args, scoring);
    const api = this.#createApi(args);
    const webhooks = compute.webhooks ? this.#create('webhooks', args, {}) : undefined;
    const operations = this.#createOperations(args, [scoring, processor]);
    this.names = {
      'order-api': api.name,
      'order-processor': processor.name,
      scoring: scoring.name,
      ...(webhooks && { webhooks: webhooks.name }),
      ...(operations && { operations: operations.name }),
    };
    this.#countLines(args, { scoring, webhooks });
    const { orderQueue, webhookQueue } = data.watched(compute);
    new Scaling(
      'scaling',
      {
        sizes: args.compute.services,
        serviceNames: this.names,
        clusterName: args.platform.cluster.name,
        orderQueue,
        ...(webhookQueue && { webhookQueue }),
        loadBalancer: args.platform.entry.arnSuffix,
        ...(platform.operationsEntry && { consoleTarget: platform.operationsEntry.arnSuffix }),
      },
      { parent: this },
    );
    this.registerOutputs({});
  }

  #createApi(args: ServicesArgs): FargateService {
    const { entry } = args.platform;
    const { canary } = args.compute;
    const { deployment, dependsOn } = new ApiDeployment(
      'api-deployment',
      { entry, canary, guards: args.deploymentGuards },
      { parent: this },
    );
    const api = this.#create('order-api', args, deployment, { dependsOn });
    const { prefix: namespace } = args;
    const filter = toAccessLogFilter();
    new LogMetric('access-log', { logGroup: api.logGroup, namespace, filter }, { parent: this });
    this.#measureObjectives('order-api', api, namespace);
    return api;
  }

  /** Makes metrics of the log lines by which the objectives are measured. */
  #measureObjectives(
    name: 'order-api' | 'order-processor',
    { logGroup }: FargateService,
    namespace: string,
  ): void {
    for (const filter of toObjectiveFilters(name))
      new LogMetric(
        filter.metricName.replaceAll('_', '-'),
        { logGroup, namespace, filter },
        { parent: this },
      );
  }

  /** Makes metrics of the log lines that alarms count. */
  #countLines(
    { prefix: namespace, compute }: ServicesArgs,
    services: Readonly<Record<'scoring' | 'webhooks', FargateService | undefined>>,
  ): void {
    for (const name of toCountedLines(toFeatures(compute))) {
      const logGroup = services[COUNTED_LINES[name].service]?.logGroup;
      if (!logGroup) continue;
      const filter = toLineFilter(name);
      new LogMetric(name.replaceAll('_', '-'), { logGroup, namespace, filter }, { parent: this });
    }
  }

  #createProcessor(args: ServicesArgs, scoring: FargateService): FargateService {
    const { prefix, platform, metricsNamespace: namespace } = args;
    const collector = namespace ? this.#createCollector('metrics-collector', args, namespace) : undefined;
    const deployment = {
      serviceConnectConfiguration: {
        enabled: true,
        namespace: platform.cluster.namespaceArn,
        ...(args.compute.operations && { services: [toReadiness('order-processor')] }),
      },
    };
    // Service Connect announces to a task only the services that existed when it started.
    const processor = this.#create('order-processor', args, deployment, { collector, dependsOn: [scoring] });
    this.#measureObjectives('order-processor', processor, prefix);
    return processor;
  }

  #createScoring(args: ServicesArgs): FargateService {
    const services = [
      {
        portName: SCORING_PORT.protocol,
        discoveryName: SCORING_HOST,
        clientAlias: [{ dnsName: SCORING_HOST, port: SCORING_PORT.port }],
        // Every call has a deadline of its own; the proxy's would only cut long streams off.
        timeout: { perRequestTimeoutSeconds: 0, idleTimeoutSeconds: 3_600 },
      },
      ...(args.compute.operations ? [toReadiness('scoring')] : []),
    ];
    const { cluster, entry, network } = args.platform;
    const serviceConnectConfiguration = { enabled: true, namespace: cluster.namespaceArn, services };
    if (args.compute.payment.gateway !== 'stripe')
      return this.#create('scoring', args, { serviceConnectConfiguration });
    const way = new PaymentEntry('payment-entry', { entry, vpcId: network.vpcId }, { parent: this });
    const loadBalancers = [
      {
        targetGroupArn: way.targetGroupArn,
        containerName: 'scoring',
        containerPort: PORTS.scoring.ops,
      },
    ];
    const deployment = { serviceConnectConfiguration, loadBalancers, healthCheckGracePeriodSeconds: 30 };
    return this.#create('scoring', args, deployment, { dependsOn: [way] });
  }

  /** The console, which finds the services that it calls by Service Connect. */
  #createOperations(args: ServicesArgs, called: readonly pulumi.Resource[]): FargateService | undefined {
    const { operationsEntry: way, cluster } = args.platform;
    if (!way) return undefined;
    const loadBalancers = [
      {
        targetGroupArn: way.targetGroupArn,
        containerName: 'operations',
        containerPort: PORTS.operations.ops,
      },
    ];
    const deployment = {
      serviceConnectConfiguration: { enabled: true, namespace: cluster.namespaceArn },
      loadBalancers,
      healthCheckGracePeriodSeconds: 30,
    };
    return this.#create('operations', args, deployment, { dependsOn: [way, ...called] });
  }

  #create(
    service: ServiceName,
    args: ServicesArgs,
    deployment: Deployment,
    extras: Extras = {},
  ): FargateService {
    const { prefix, config, compute, data, platform } = args;
    const { dependsOn = [] } = extras;
    const collector =
      extras.collector ?? (compute.tracing ? this.#createCollector(`${service}-collector`, args) : undefined);
    return new FargateService(
      service,
      {
        service,
        prefix,
        region: config.region,
        size: compute.services[service],
        image: platform.images.get(service),
        environment: toServiceEnvironment(service, args),
        secrets: this.#toSecrets(service, args),
        taskPolicy: pulumi
          .all([data.arns(), collector?.statements ?? []])
          .apply(([arns, more]) =>
            toPolicy([...toTaskStatements(service, arns, toFeatures(compute)), ...more]),
          ),
        logRetentionDays: compute.logRetentionDays,
        clusterArn: platform.cluster.arn,
        subnetIds: platform.network.privateSubnetIds,
        securityGroupId: platform.groupIds[service],
        deployment,
        dependsOn,
        ...(collector && { sidecar: collector.sidecar }),
      },
      { parent: this },
    );
  }

  #createCollector(name: string, args: ServicesArgs, namespace?: string): Collector {
    const { prefix, config, platform, compute } = args;
    const image = platform.images.get(COLLECTOR);
    const { region } = config;
    return new Collector(
      name,
      { prefix, region, image, namespace, traces: compute.tracing },
      { parent: this },
    );
  }

  #toSecrets(service: ServiceName, { compute }: ServicesArgs): Record<string, StoredSecret> {
    return Object.fromEntries(
      toSecretNames(service, toFeatures(compute)).map((name) => {
        const secret = this.#secrets[name];
        if (!secret) throw new Error(`No secret named ${name}: create it for ${service}`);
        return [name, secret];
      }),
    );
  }
}

/** Makes the readiness page of a service known by Service Connect. */
function toReadiness(service: 'order-processor' | 'scoring') {
  const dnsName = toOpsHost(service);
  return {
    portName: 'ops',
    discoveryName: dnsName,
    clientAlias: [{ dnsName, port: PORTS[service].ops }],
  };
}

/** Base URLs of the readiness pages that a task of the console reaches. No name leads to the tasks of the others. */
function toReadinessUrls(apiUrl: string): Record<string, string> {
  const inside = (['order-processor', 'scoring'] as const).map((service) => [
    service,
    `http://${toOpsHost(service)}:${PORTS[service].ops}`,
  ]);
  return { 'order-api': apiUrl, ...Object.fromEntries(inside) };
}

function toServiceEnvironment(service: ServiceName, { config, compute, data, platform }: ServicesArgs) {
  return pulumi.output({ ...data.names(), publicBaseUrl: platform.entry.url }).apply((names) =>
    toEnvironment(service, {
      ...names,
      stage: config.stage,
      logLevel: compute.logLevel,
      region: config.region,
      auth: compute.auth,
      rateLimit: compute.rateLimit,
      corsOrigins: compute.corsOrigins,
      processorTuning: compute.processorTuning,
      features: toFeatures(compute),
      webhookAllOrdersUsers: compute.webhookAllOrdersUsers,
      ...(compute.tracing && { tracesEndpoint: SIDECAR_ENDPOINT }),
      apiProcesses: compute.services['order-api'].minTasks,
      trustProxyHops: LOAD_BALANCER_HOPS,
      scoringUrl: `http://${SCORING_HOST}:${SCORING_PORT.port}`,
      readinessUrls: toReadinessUrls(names.publicBaseUrl),
      ...toOperationsSettings(compute),
    }),
  );
}
