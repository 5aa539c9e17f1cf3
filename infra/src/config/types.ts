/** Configuration of a stack. */
import type { Stage } from '@order-pipeline/platform/env';
import type { TaskSize } from '../decide/fargate.ts';
import type { Features } from '../decide/features.ts';
import type { OperationsSettings } from '../decide/operations.ts';
import type { CollectorPlace } from '../decide/pod-flows.ts';
import type { ServiceName } from '../decide/services.ts';
import type { Tuning } from '../decide/tuning.ts';

/** Number and size of tasks. */
export interface ServiceSize extends TaskSize {
  readonly minTasks: number;
  readonly maxTasks: number;
}

/** Authentication of callers. Demo login exists on a developer's machine only. */
export type AuthConfig =
  | { readonly mode: 'password' }
  | { readonly mode: 'oidc'; readonly issuer: string; readonly audience: string };

/** Address of the API: HTTPS under a domain, or plain HTTP under the load balancer's own name. */
export type EntryConfig =
  | { readonly scheme: 'http' }
  | { readonly scheme: 'https'; readonly domainName: string; readonly certificateArn: string }
  | {
      readonly scheme: 'https';
      readonly domainName: string;
      /** The certificate and the address record are made in this Route 53 zone. */
      readonly hostedZoneId: string;
    };

/** The payment provider, with its secrets. */
export type PaymentConfig =
  | { readonly gateway: 'simulated' }
  | { readonly gateway: 'stripe'; readonly apiKey: string; readonly webhookSecret: string };

/** The operators' console, with its secrets. */
export interface OperationsConfig extends OperationsSettings {
  /** Certificate of its host name, where the API's is given too; otherwise one is made in the API's zone. */
  readonly certificateArn?: string;
  readonly clientSecret: string;
  /** Raising it makes a new key of the cookies, which ends all sessions. */
  readonly sessionGeneration: number;
}

/** Destination of spans. */
export interface TracingConfig {
  /** Percent of the traces that are kept besides errors and slow ones. */
  readonly share: number;
  /** `node`: the cluster has collectors of its own, which decide where spans go. */
  readonly collector: CollectorPlace;
}

/** Images to run: built here and pushed, or pushed before under a tag, or exact ones. */
export type ImagesConfig =
  | { readonly source: 'build' }
  | { readonly source: 'tag'; readonly tag: string }
  | { readonly source: 'digest'; readonly digests: Readonly<Record<string, string>> };

/** Everything that runs: network, cache, images and the services. */
export interface ComputeConfig {
  readonly vpcCidr: string;
  readonly zones: number;
  readonly natGateways: 'none' | 'single' | 'perZone';
  readonly entry: EntryConfig;
  readonly waf: boolean;
  readonly canary: boolean;
  readonly auth: AuthConfig;
  /** Requests a user may make, as in `100/minute`. */
  readonly rateLimit: string;
  /** Origins whose pages may call the API from a browser. */
  readonly corsOrigins: readonly string[];
  readonly payment: PaymentConfig;
  readonly webhooks: boolean;
  /** Users who may receive the events of all orders by webhooks. */
  readonly webhookAllOrdersUsers: readonly string[];
  /** Operators' console; absent where operators use only the command line. */
  readonly operations?: OperationsConfig;
  /** Spans go to X-Ray through a collector in each task or pod; absent where tracing is off. */
  readonly tracing?: TracingConfig;
  readonly images: ImagesConfig;
  readonly services: Readonly<Record<ServiceName, ServiceSize>>;
  /** Tuning of the processor; absent settings keep their defaults. */
  readonly processorTuning: Tuning;
  readonly cacheNodeType: string;
  readonly cacheNodes: number;
  readonly logRetentionDays: number;
  readonly logLevel: string;
  /** A collector alongside the processor sends its Prometheus metrics to CloudWatch. */
  readonly appMetrics: boolean;
  readonly containerInsights: boolean;
}

/** Returns the features that the settings enable. */
export function toFeatures({
  webhooks,
  operations,
  payment,
}: Pick<ComputeConfig, 'webhooks' | 'operations' | 'payment'>): Features {
  return { webhooks, operations: operations !== undefined, paymentGateway: payment.gateway };
}

/** Returns the console's settings for tasks and pods: those without the secrets. */
export function toOperationsSettings({ operations }: Pick<ComputeConfig, 'operations'>) {
  if (!operations) return {};
  const {
    clientSecret: _secret,
    sessionGeneration: _generation,
    certificateArn: _arn,
    ...settings
  } = operations;
  return { operations: settings satisfies OperationsSettings };
}

/** An EKS cluster that the stack creates. */
export interface EksConfig {
  readonly kind: 'eks';
  /** Version of Kubernetes. */
  readonly version: string;
  /** `public` also serves the API server to `publicCidrs`. */
  readonly endpoint: 'private' | 'public';
  readonly publicCidrs: readonly string[];
  /** ARNs of roles and users who administer the cluster, besides the stack's own. */
  readonly administrators: readonly string[];
  /** The role of Vault's servers, which may take on the roles of the pods. */
  readonly vaultRoleArn?: string;
}

/** A cluster that exists: the stack makes data, images and roles for it. */
export interface ExistingClusterConfig {
  readonly kind: 'none';
  /** Its name, where it is on EKS and uses Pod Identity. */
  readonly clusterName?: string;
  /** Its OIDC provider, for IRSA. */
  readonly oidcProviderArn?: string;
  readonly vaultRoleArn?: string;
  /** Ranges in which it reaches the cache and the VPC endpoints. */
  readonly clusterCidrs: readonly string[];
  /** Its Redis, with the password. */
  readonly redisUrl: string;
}

/** A platform with Kubernetes. */
export type KubernetesConfig = EksConfig | ExistingClusterConfig;

/** Platform on which the services run. */
export type PlatformConfig = { readonly kind: 'ecs' } | KubernetesConfig;

/** Configuration of a stack. */
export interface StackConfig {
  readonly stage: Stage;
  readonly region: string;
  /** Data can be deleted only after this was switched off. */
  readonly protect: boolean;
  /** Regions that hold copies of the tables for recovery. */
  readonly replicaRegions: readonly string[];
  /** Raising it creates a new key for poll URLs; URLs signed with the one before stay valid. */
  readonly signingKeyGeneration: number;
  /** The same for tokens. */
  readonly jwtSecretGeneration: number;
  readonly platform: PlatformConfig;
  /** Absent: data only, for emulators that know no ECS. */
  readonly compute?: ComputeConfig;
  /** Absent: no alarms, no dashboard. */
  readonly alarms?: { readonly email?: string };
  /** The revision that is deployed, for the outputs. */
  readonly version: string;
  /** URL of docs/runbook.md for operators: alarms link to its sections. */
  readonly runbookUrl: string;
}
