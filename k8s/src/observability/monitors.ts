/** ServiceMonitors: where Prometheus finds the metrics of every pod. */
import { ServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import { toDeployedServices } from '../../../infra/src/decide/features.ts';
import type { ServiceName } from '../../../infra/src/decide/services.ts';
import { type Manifest, toMetadata, toSelector, WAVES } from '../model/manifest.ts';
import { type Context, isMeshed } from '../settings/types.ts';
import { toVersionLabel } from '../workloads/pod.ts';
import { METRICS_LABEL, METRICS_PORT } from '../workloads/services.ts';

/** Path under which the mesh's agent merges its own metrics with those of the process. */
const MERGED_PATH = '/stats/prometheus';
const INTERVAL = '15s';

/** Returns the monitors of all services. */
export function toMonitors(context: Context): Manifest[] {
  return toDeployedServices(context.inputs.features).map((service) => toMonitor(service, context));
}

function toMonitor(service: ServiceName, context: Context): Manifest {
  return new ServiceMonitor({
    metadata: toMetadata(context, service, { service, wave: WAVES.rules }),
    spec: {
      selector: { matchLabels: { ...toSelector(service), ...METRICS_LABEL } },
      // The job is the service's name, as in observability/prometheus.yml.
      jobLabel: 'app.kubernetes.io/name',
      // Distinguishes the versions while a canary runs.
      podTargetLabels: [toVersionLabel(service, context)],
      endpoints: [
        {
          port: METRICS_PORT,
          path: isMeshed(context) ? MERGED_PATH : '/metrics',
          interval: INTERVAL,
          // The proxy's own metrics are many and not used here.
          ...(isMeshed(context) && {
            metricRelabelings: [{ sourceLabels: ['__name__'], regex: 'envoy_.*', action: 'drop' }],
          }),
        },
      ],
    },
  });
}
