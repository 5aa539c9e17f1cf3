/** Values of a stack that Kubernetes manifests are made of: the stack's output `kubernetes`, and the input of k8s/src. */
import type { DataNames, EnvironmentInputs, OptionalSecret, SecretName } from './environment.ts';
import type { ResourceArns } from './permissions.ts';
import type { CollectorPlace } from './pod-flows.ts';
import type { COLLECTOR, ServiceName } from './services.ts';

/** Parts of a cluster that call AWS and have a role for it. */
export type AddOn = 'keda' | 'external-secrets' | 'cert-manager';

/**
 * Service accounts of the add-ons, as their charts name them.
 * @public
 */
export const ADD_ON_ACCOUNTS: Readonly<
  Record<AddOn, { readonly namespace: string; readonly account: string }>
> = {
  keda: { namespace: 'keda', account: 'keda-operator' },
  'external-secrets': { namespace: 'external-secrets', account: 'external-secrets' },
  'cert-manager': { namespace: 'cert-manager', account: 'cert-manager' },
};

/** Size and number of the pods of a service. */
export interface PodSize {
  /** CPU units; 1024 are one vCPU. */
  readonly cpuUnits: number;
  readonly memoryMiB: number;
  readonly minTasks: number;
  readonly maxTasks: number;
}

/** Everything that manifests need to know of a stack. Holds no secret. */
export interface ManifestInputs
  extends Pick<
    EnvironmentInputs,
    | 'stage'
    | 'logLevel'
    | 'region'
    | 'auth'
    | 'rateLimit'
    | 'corsOrigins'
    | 'processorTuning'
    | 'features'
    | 'webhookAllOrdersUsers'
    | 'operations'
  > {
  /** Namespace of the pods, and prefix of the names in AWS. */
  readonly prefix: string;
  /** Host name of order-api. */
  readonly domainName: string;
  /** Route 53 zone in which cert-manager proves that it owns the name. */
  readonly hostedZoneId: string;
  readonly names: DataNames;
  readonly arns: ResourceArns;
  /** Images of the services, and of the collector where it runs in their pods. */
  readonly images: Readonly<Record<ServiceName, string> & Partial<Record<typeof COLLECTOR, string>>>;
  /** Absent where tracing is off. */
  readonly tracing?: {
    /** Percent of the traces that a sidecar keeps besides errors and slow ones. */
    readonly share: number;
    readonly collector: CollectorPlace;
  };
  readonly sizes: Readonly<Record<ServiceName, PodSize>>;
  /** Names in Secrets Manager; those of Stripe and of the console where they are on. */
  readonly secrets: Readonly<Record<Exclude<SecretName, OptionalSecret>, string>> &
    Readonly<Partial<Record<OptionalSecret, string>>>;
  /** ARNs of the roles. */
  readonly roles: Readonly<Record<ServiceName | AddOn, string>>;
  readonly network: {
    /** Ranges that hold the cache and the interface endpoints. */
    readonly privateCidrs: readonly string[];
    /** Ranges of DynamoDB in the region. */
    readonly dynamodbCidrs: readonly string[];
  };
}
