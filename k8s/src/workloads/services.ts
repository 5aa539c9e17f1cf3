/** Services: the names under which pods are called, and one for Prometheus. */
import { Service } from 'kubernetes-models/v1';
import { toMetricsPort } from '../../../infra/src/decide/pod-flows.ts';
import { PORTS, type ServiceName, type ServicePorts, toOpsHost } from '../../../infra/src/decide/services.ts';
import { type Manifest, toMetadata, toSelector } from '../model/manifest.ts';
import { type Context, isMeshed } from '../settings/types.ts';
import { isCanary, WORKLOADS } from './table.ts';

/** Name of the port of the metrics Service. */
export const METRICS_PORT = 'http-metrics';

/** Marks the one Service of a workload through which Prometheus finds all of its pods, canaries included. */
export const METRICS_LABEL = { 'order-pipeline/metrics': 'true' };

/** Returns true when a proxy divides the calls between the versions of a service, so that each needs a Service. */
export function hasCanaryService(service: ServiceName, context: Context): boolean {
  return isCanary(service, context) && WORKLOADS[service].entry;
}

/** Returns the name of the Service that leads to a new version only. */
export function toCanaryServiceName(service: ServiceName): string {
  return `${service}-canary`;
}

/** Returns the Services of a service. */
export function toServices(service: ServiceName, context: Context): Manifest[] {
  const { service: called }: ServicePorts = PORTS[service];
  const names = called ? [service as string] : [];
  if (hasCanaryService(service, context)) names.push(toCanaryServiceName(service));
  return [
    ...names.map((name) => toCalled(name, service, context)),
    ...(receivesEvents(service, context) ? [toEventsService(context)] : []),
    ...(hasReadinessService(service, context) ? [toReadinessService(service, context)] : []),
    toMetrics(service, context),
  ];
}

/** Returns true when the console asks for the readiness of a service by a Service of its own. */
function hasReadinessService(service: ServiceName, { inputs }: Context): boolean {
  const { service: called, ops }: ServicePorts = PORTS[service];
  return inputs.features.operations && called?.port !== ops;
}

/** Returns the base URL of a service's readiness page. */
export function toReadinessUrl(service: ServiceName, context: Context): string {
  const host = hasReadinessService(service, context) ? toOpsHost(service) : service;
  return `http://${host}:${PORTS[service].ops}`;
}

/** Leads to pods that are not ready as well: their answer says why. */
function toReadinessService(service: ServiceName, context: Context): Manifest {
  const { ops } = PORTS[service];
  return new Service({
    metadata: toMetadata(context, toOpsHost(service), { service, wave: WORKLOADS[service].wave }),
    spec: {
      type: 'ClusterIP',
      publishNotReadyAddresses: true,
      selector: toSelector(service),
      ports: [{ name: 'http', appProtocol: 'http', port: ops, targetPort: ops, protocol: 'TCP' }],
    },
  });
}

/** Name of the Service to which the ingress leads Stripe's events. */
export const EVENTS_SERVICE = 'scoring-events';

/** Returns true when the events of the payment provider reach a service through the ingress. */
function receivesEvents(service: ServiceName, { inputs }: Context): boolean {
  return service === 'scoring' && inputs.features.paymentGateway === 'stripe';
}

/** Scoring's HTTP port, for one path of the ingress alone. */
function toEventsService(context: Context): Manifest {
  const { ops } = PORTS.scoring;
  return new Service({
    metadata: toMetadata(context, EVENTS_SERVICE, { service: 'scoring', wave: WORKLOADS.scoring.wave }),
    spec: {
      type: 'ClusterIP',
      selector: toSelector('scoring'),
      ports: [{ name: 'http', appProtocol: 'http', port: ops, targetPort: ops, protocol: 'TCP' }],
    },
  });
}

function toCalled(name: string, service: ServiceName, context: Context): Manifest {
  const { service: called }: ServicePorts = PORTS[service];
  if (!called) throw new Error(`${service} is called by nobody: it has no port in PORTS`);
  // gRPC clients keep one connection for a name's address: without a proxy they must see every pod's.
  const headless = called.protocol === 'grpc' && !isMeshed(context);
  return new Service({
    metadata: toMetadata(context, name, { service, wave: WORKLOADS[service].wave }),
    spec: {
      type: 'ClusterIP',
      ...(headless && { clusterIP: 'None' }),
      selector: toSelector(service),
      ports: [
        {
          name: called.protocol,
          appProtocol: called.protocol,
          port: called.port,
          targetPort: called.protocol,
          protocol: 'TCP',
        },
      ],
    },
  });
}

/** Pods that are not ready have metrics too, which often show the cause. */
function toMetrics(service: ServiceName, context: Context): Manifest {
  const port = toMetricsPort(service, isMeshed(context));
  return new Service({
    metadata: toMetadata(context, `${service}-metrics`, {
      service,
      wave: WORKLOADS[service].wave,
      labels: METRICS_LABEL,
    }),
    spec: {
      type: 'ClusterIP',
      clusterIP: 'None',
      publishNotReadyAddresses: true,
      selector: toSelector(service),
      ports: [{ name: METRICS_PORT, appProtocol: 'http', port, targetPort: port, protocol: 'TCP' }],
    },
  });
}
