/** Container definitions, as ECS reads them. */
import {
  COLLECTOR,
  HEALTH_CHECK,
  PORTS,
  type ServiceName,
  type ServicePorts,
  STOP_TIMEOUT_SECONDS,
  toHealthCommand,
} from './services.ts';

/** The part of ECS's ContainerDefinition that is used here. */
export interface ContainerDefinition {
  readonly name: string;
  readonly image: string;
  readonly essential: boolean;
  readonly command?: readonly string[];
  readonly user: string;
  readonly readonlyRootFilesystem: true;
  readonly linuxParameters: {
    readonly initProcessEnabled: boolean;
    readonly capabilities: { readonly drop: readonly string[] };
  };
  readonly portMappings: readonly PortMapping[];
  readonly environment: readonly { readonly name: string; readonly value: string }[];
  readonly secrets: readonly { readonly name: string; readonly valueFrom: string }[];
  readonly stopTimeout: number;
  readonly healthCheck?: HealthCheck;
  readonly logConfiguration: {
    readonly logDriver: 'awslogs';
    readonly options: Readonly<Record<string, string>>;
  };
}

interface PortMapping {
  readonly name: string;
  readonly containerPort: number;
  readonly protocol: 'tcp';
  readonly appProtocol?: 'http' | 'grpc';
}

/** Seconds, as ECS counts. */
interface HealthCheck {
  readonly command: readonly string[];
  readonly interval: number;
  readonly timeout: number;
  readonly retries: number;
  readonly startPeriod: number;
}

/** Inputs of a service's container. */
export interface ServiceContainerInputs {
  readonly service: ServiceName;
  readonly image: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Variable -> `valueFrom`. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly logGroup: string;
  readonly region: string;
}

/** The container of a service. */
export function toServiceContainer(inputs: ServiceContainerInputs): ContainerDefinition {
  const { service, image, environment, secrets } = inputs;
  return {
    ...toHardened(service, image, inputs.logGroup, inputs.region),
    essential: true,
    // The image's `node` user, by number: Fargate looks names up in the image and numbers nowhere.
    user: '1000:1000',
    portMappings: toPortMappings(service),
    environment: toPairs(environment).map(([name, value]) => ({ name, value })),
    secrets: toPairs(secrets).map(([name, valueFrom]) => ({ name, valueFrom })),
    healthCheck: {
      command: ['CMD', ...toHealthCommand(PORTS[service].ops)],
      interval: HEALTH_CHECK.intervalSeconds,
      timeout: HEALTH_CHECK.timeoutSeconds,
      retries: HEALTH_CHECK.retries,
      startPeriod: HEALTH_CHECK.startSeconds,
    },
  };
}

/** Work of a collector. */
export interface CollectorWork {
  readonly region: string;
  /** Set where the metrics of order-processor go to CloudWatch. */
  readonly metrics?: {
    /** CloudWatch namespace of the metrics. */
    readonly namespace: string;
    /** The log group through which the metrics go to CloudWatch. */
    readonly logGroup: string;
  };
  /** Set where spans go to X-Ray. */
  readonly traces?: { readonly share: number };
}

/** Inputs of the collector's container. */
export interface CollectorInputs extends CollectorWork {
  readonly image: string;
  readonly logGroup: string;
}

/** Returns the arguments of the collector: a file of observability/ for each kind of work. */
export function toCollectorCommand({ metrics, traces }: CollectorWork): string[] {
  return [
    ...(metrics ? ['--config=/etc/collector.yaml'] : []),
    ...(traces ? ['--config=/etc/collector-traces.yaml'] : []),
  ];
}

/** Returns the variables that those files read. */
export function toCollectorEnvironment({ region, metrics, traces }: CollectorWork): Record<string, string> {
  return {
    AWS_REGION: region,
    ...(metrics && {
      METRICS_NAMESPACE: metrics.namespace,
      METRICS_LOG_GROUP: metrics.logGroup,
      METRICS_TARGET: `127.0.0.1:${PORTS['order-processor'].ops}`,
    }),
    ...(traces && { TRACES_SHARE: String(traces.share) }),
  };
}

/** The container that sends Prometheus metrics to CloudWatch and spans to X-Ray, by the files in observability/. */
export function toCollectorContainer(inputs: CollectorInputs): ContainerDefinition {
  const { image, logGroup, region } = inputs;
  return {
    ...toHardened(COLLECTOR, image, logGroup, region),
    // Orders are processed even when the collector stops.
    essential: false,
    user: '10001:10001',
    command: toCollectorCommand(inputs),
    portMappings: [],
    environment: toPairs(toCollectorEnvironment(inputs)).map(([name, value]) => ({ name, value })),
    secrets: [],
  };
}

function toHardened(name: string, image: string, logGroup: string, region: string) {
  return {
    name,
    image,
    readonlyRootFilesystem: true as const,
    linuxParameters: { initProcessEnabled: true, capabilities: { drop: ['ALL'] } },
    stopTimeout: STOP_TIMEOUT_SECONDS,
    logConfiguration: {
      logDriver: 'awslogs' as const,
      options: {
        'awslogs-group': logGroup,
        'awslogs-region': region,
        'awslogs-stream-prefix': name,
        // Answering orders matters more than a log line when CloudWatch is slow.
        mode: 'non-blocking',
        'max-buffer-size': '4m',
      },
    },
  };
}

function toPortMappings(service: ServiceName): PortMapping[] {
  const { service: called, ops }: ServicePorts = PORTS[service];
  const mappings: PortMapping[] = [];
  if (called) {
    mappings.push({
      name: called.protocol,
      containerPort: called.port,
      protocol: 'tcp',
      appProtocol: called.protocol,
    });
  }
  if (called?.port !== ops) mappings.push({ name: 'ops', containerPort: ops, protocol: 'tcp' });
  return mappings;
}

/** Pairs in the order of their names: ECS returns them so, and another order would appear as a change. */
function toPairs(record: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}
