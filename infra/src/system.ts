/** The whole system of one stack, and its outputs. */
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { Alarms } from './components/alarms.ts';
import { Data } from './components/data.ts';
import { Kubernetes } from './components/kubernetes.ts';
import { Platform } from './components/platform.ts';
import { ServiceAlarms } from './components/service-alarms.ts';
import { Services } from './components/services.ts';
import { type StackConfig, toFeatures } from './config/types.ts';
import { toDashboard } from './decide/dashboard.ts';
import { toCountedLines } from './decide/metrics.ts';

/** Days in which a deleted secret of a protected stack can be brought back. */
const RECOVERY_DAYS = 30;

/** Creates all resources of the configuration; returns the stack's outputs. */
export function createSystem(config: StackConfig) {
  const prefix = `${pulumi.getProject()}-${pulumi.getStack()}`;
  const { region, protect } = config;
  const compute = config.platform.kind === 'ecs' ? config.compute : undefined;
  const recoveryDays = protect ? RECOVERY_DAYS : 0;
  const data = new Data('data', { prefix, config, recoveryDays });
  const kubernetes = createKubernetes(config, prefix, data, recoveryDays);
  const platform =
    compute &&
    new Platform('platform', {
      prefix,
      region,
      protect,
      compute,
      recoveryDays,
      cacheToken: data.secrets.cacheToken,
    });
  const metricsNamespace = compute?.appMetrics ? prefix : undefined;
  const watched = {
    ...data.watched({ webhooks: config.compute?.webhooks ?? false }),
    ...(platform && { stage: config.stage }),
    ...(platform && { loadBalancer: platform.entry.arnSuffix, accessLogNamespace: prefix }),
    ...(platform && compute && { countedLines: toCountedLines(toFeatures(compute)) }),
    ...(platform?.operationsEntry && { consoleTarget: platform.operationsEntry.arnSuffix }),
    ...(metricsNamespace && { namespace: metricsNamespace }),
  };
  // Before the services: some of the alarms decide whether a deployment stays.
  const alarms =
    config.alarms &&
    new Alarms('alarms', { prefix, watched, runbookUrl: config.runbookUrl, ...config.alarms });
  const services =
    compute &&
    platform &&
    new Services('services', {
      prefix,
      config,
      compute,
      data,
      platform,
      recoveryDays,
      deploymentGuards: alarms?.deploymentGuards ?? [],
      ...(metricsNamespace && { metricsNamespace }),
    });
  if (alarms && platform && services) {
    new ServiceAlarms('service-alarms', {
      prefix,
      runbookUrl: config.runbookUrl,
      topicArn: alarms.topicArn,
      clusterName: platform.cluster.name,
      services: Object.values(services.names),
    });
  }
  const dashboard =
    alarms &&
    new aws.cloudwatch.Dashboard('dashboard', {
      dashboardName: prefix,
      dashboardBody: pulumi
        .all([watched, platform?.cluster.name, services ? pulumi.all(Object.values(services.names)) : []])
        .apply(([names, cluster, serviceNames]) =>
          JSON.stringify(
            toDashboard({ ...names, region, services: serviceNames, ...(cluster && { cluster }) }),
          ),
        ),
    });
  return {
    ...data.names(),
    stage: config.stage,
    region,
    version: config.version,
    secretArns: [data.secrets.jwtSecret.arn, data.secrets.urlSigningKeys.arn],
    ...(platform && {
      apiUrl: platform.entry.url,
      cacheEndpoint: platform.cache.endpoint,
      clusterName: platform.cluster.name,
      images: platform.images.all(),
      ...(platform.operationsEntry && { operationsUrl: platform.operationsEntry.url }),
    }),
    ...(services && { services: services.names }),
    ...(kubernetes && {
      kubernetes: kubernetes.inputs,
      images: kubernetes.images.all(),
      ...(kubernetes.clusterName && { clusterName: kubernetes.clusterName }),
    }),
    ...(alarms && { alarmTopicArn: alarms.topicArn }),
    ...(dashboard && { dashboardName: dashboard.dashboardName }),
  };
}

/** Creates the resources of a cluster; none where the services run on ECS or not at all. */
function createKubernetes(
  { platform, compute, ...rest }: StackConfig,
  prefix: string,
  data: Data,
  recoveryDays: number,
) {
  if (platform.kind === 'ecs' || !compute) return undefined;
  const config = { platform, compute, ...rest };
  return new Kubernetes('kubernetes', { prefix, config, compute, platform, data, recoveryDays });
}
