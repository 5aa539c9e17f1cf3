/** Rollout of a new version: 5, 25, 50, 100 % while its analysis passes; one failure rolls it back. */
import type { ICanaryStrategy } from '@kubernetes-models/argo-rollouts/argoproj.io/v1alpha1';
import { AnalysisTemplate } from '@kubernetes-models/argo-rollouts/argoproj.io/v1alpha1';
import type { ServiceName } from '../../../infra/src/decide/services.ts';
import { CANARY_ROUTE, isCalledInside, SUBSETS } from '../ingress/istio.ts';
import { STABLE_INGRESS } from '../ingress/nginx.ts';
import { type Manifest, toMetadata, WAVES } from '../model/manifest.ts';
import { type Context, isMeshed } from '../settings/types.ts';
import { hasCanaryService, toCanaryServiceName } from '../workloads/services.ts';
import { isCanary, WORKLOADS } from '../workloads/table.ts';
import { HASH_ARGUMENT, toQuery } from './queries.ts';

/** Percent of the traffic, or of the pods, and how long the version keeps it at least. */
const STEPS = [
  { weight: 5, duration: '10m' },
  { weight: 25, duration: '5m' },
  { weight: 50, duration: '5m' },
  { weight: 100, duration: '5m' },
] as const;

/** The first measurement looks back on canary traffic only. */
const INITIAL_DELAY = '5m';
const INTERVAL = '1m';
/** Consecutive measurements for which Prometheus may be unavailable. */
const ERROR_LIMIT = 5;
/** Seconds for which the pods of an aborted version stay, so that they can be inspected. */
const ABORT_DELAY_SECONDS = 600;

/** Returns the canary strategy of a service. */
export function toCanary(service: ServiceName, context: Context): ICanaryStrategy {
  const routing = toTrafficRouting(service, context);
  return {
    maxSurge: 1,
    maxUnavailable: 0,
    ...(hasCanaryService(service, context) && {
      stableService: service,
      canaryService: toCanaryServiceName(service),
    }),
    ...(routing && { trafficRouting: routing, abortScaleDownDelaySeconds: ABORT_DELAY_SECONDS }),
    steps: STEPS.flatMap(({ weight, duration }) => [{ setWeight: weight }, { pause: { duration } }]),
    analysis: {
      startingStep: 1,
      templates: [{ templateName: service }],
      args: [{ name: HASH_ARGUMENT, valueFrom: { podTemplateHashValue: 'Latest' } }],
    },
  };
}

/** A service without a proxy in front of it is divided by its pods. */
function toTrafficRouting(service: ServiceName, context: Context): ICanaryStrategy['trafficRouting'] {
  if (WORKLOADS[service].entry) {
    return isMeshed(context)
      ? { istio: { virtualService: { name: service, routes: [CANARY_ROUTE] } } }
      : { nginx: { stableIngress: STABLE_INGRESS } };
  }
  if (!isMeshed(context) || !isCalledInside(service)) return undefined;
  return {
    istio: {
      virtualService: { name: service, routes: [CANARY_ROUTE] },
      destinationRule: {
        name: service,
        stableSubsetName: SUBSETS.stable,
        canarySubsetName: SUBSETS.canary,
      },
    },
  };
}

/** Returns the analysis of a service's new versions; nothing where Deployments are used. */
export function toAnalysis(service: ServiceName, context: Context): Manifest[] {
  const { inputs, cluster } = context;
  if (!isCanary(service, context)) return [];
  const metrics = WORKLOADS[service].canaryChecks.map((check) => {
    const { query, limit } = toQuery(check, inputs.prefix, service === 'order-processor');
    return {
      name: check,
      initialDelay: INITIAL_DELAY,
      interval: INTERVAL,
      failureLimit: 1,
      consecutiveErrorLimit: ERROR_LIMIT,
      // No sample is no failure: the version had no requests, or none has failed yet.
      successCondition: `len(result) == 0 || isNaN(result[0]) || result[0] <= ${limit}`,
      provider: { prometheus: { address: cluster.prometheus.address, query } },
    };
  });
  return [
    new AnalysisTemplate({
      metadata: toMetadata(context, service, { service, wave: WAVES.rules }),
      spec: { args: [{ name: HASH_ARGUMENT }], metrics },
    }),
  ];
}
