/** The collector of spans in the pod of a service, where the stack wants it there. */
import type { IContainer } from 'kubernetes-models/v1';
import {
  type CollectorWork,
  toCollectorCommand,
  toCollectorEnvironment,
} from '../../../infra/src/decide/containers.ts';
import { COLLECTOR } from '../../../infra/src/decide/services.ts';
import type { Context } from '../settings/types.ts';
import { CONFINED } from './container.ts';

/** Traces wait in memory until the collector decides what it keeps. */
const MEMORY = '256Mi';

/**
 * Returns the sidecar; undefined where tracing is off or the nodes have collectors. Kubernetes starts it before the process and
 * stops it after, so that the last spans are sent. It has no probes: the pod is ready without it.
 */
export function toCollector({ inputs }: Context): IContainer | undefined {
  const image = inputs.images[COLLECTOR];
  if (inputs.tracing?.collector !== 'sidecar' || image === undefined) return undefined;
  const work: CollectorWork = { region: inputs.region, traces: inputs.tracing };
  return {
    name: COLLECTOR,
    image,
    imagePullPolicy: 'IfNotPresent',
    restartPolicy: 'Always',
    args: toCollectorCommand(work),
    env: Object.entries(toCollectorEnvironment(work)).map(([name, value]) => ({ name, value })),
    resources: {
      requests: { cpu: '50m', memory: MEMORY },
      limits: { cpu: '500m', memory: MEMORY },
    },
    securityContext: CONFINED,
  };
}
