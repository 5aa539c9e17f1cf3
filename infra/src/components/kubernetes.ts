/** The AWS side of a Kubernetes deployment: the cluster or its address, images, roles, and the inputs of the manifests. */
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import {
  type ComputeConfig,
  type KubernetesConfig,
  type StackConfig,
  toFeatures,
  toOperationsSettings,
} from '../config/types.ts';
import type { SecretName } from '../decide/environment.ts';
import { toDeployedServices } from '../decide/features.ts';
import type { ManifestInputs } from '../decide/manifest-inputs.ts';
import { COLLECTOR } from '../decide/services.ts';
import type { Data } from './data.ts';
import { EksPlatform } from './eks-platform.ts';
import { Images } from './images.ts';
import { createOperationsSecrets } from './operations-secrets.ts';
import { PodRoles } from './pod-roles.ts';
import { StoredSecret } from './stored-secret.ts';
import { createStripeSecrets } from './stripe-secrets.ts';

/** Arguments of the deployment. */
export interface KubernetesArgs {
  /** Namespace of the pods, and prefix of the names in AWS. */
  readonly prefix: string;
  readonly config: StackConfig;
  readonly compute: ComputeConfig;
  readonly platform: KubernetesConfig;
  readonly data: Data;
  /** Days in which a deleted secret can be brought back. */
  readonly recoveryDays: number;
}

/** Everything that pods need of AWS. */
export class Kubernetes extends pulumi.ComponentResource {
  readonly images: Images;
  readonly clusterName: pulumi.Output<string> | undefined;
  /** Content of k8s/settings/<environment>.json. */
  readonly inputs: pulumi.Output<ManifestInputs>;

  constructor(name: string, args: KubernetesArgs, opts?: pulumi.ComponentResourceOptions) {
    super('order-pipeline:infra:Kubernetes', name, {}, opts);
    const { prefix, config, compute, platform, data, recoveryDays } = args;
    const child = { parent: this };
    const eks = platform.kind === 'eks' ? this.#createEks(args, platform) : undefined;
    const clusterName = eks?.cluster.name ?? (platform.kind === 'none' ? platform.clusterName : undefined);
    const redis = platform.kind === 'none' ? pulumi.secret(platform.redisUrl) : eks?.cache.url;
    const redisUrl = new StoredSecret('redis-url', { prefix, recoveryDays, value: redis ?? '' }, child);
    this.images = new Images('images', { prefix, protect: config.protect, images: compute.images }, child);
    const { hostedZoneId, domainName } = toEntry(compute);
    const secrets = {
      JWT_SECRET: data.secrets.jwtSecret,
      URL_SIGNING_KEYS: data.secrets.urlSigningKeys,
      REDIS_URL: redisUrl,
      ...createStripeSecrets(compute.payment, { prefix, recoveryDays }, child),
      ...createOperationsSecrets(compute.operations, { prefix, recoveryDays }, child),
    };
    const features = toFeatures(compute);
    const services = toDeployedServices(features);
    const sidecars = compute.tracing?.collector === 'sidecar' ? [COLLECTOR] : [];
    const roles = new PodRoles(
      'pods',
      {
        prefix,
        ...(clusterName !== undefined && { clusterName }),
        issuers: {
          podIdentity: clusterName !== undefined,
          ...('oidcProviderArn' in platform && { oidcProviderArn: platform.oidcProviderArn }),
          ...(platform.vaultRoleArn && { vaultRoleArn: platform.vaultRoleArn }),
        },
        arns: data.arns(),
        secretArns: Object.values(secrets).map(({ arn }) => arn),
        hostedZoneId,
        features,
        tracing: compute.tracing?.collector === 'sidecar',
      },
      child,
    );
    this.clusterName = clusterName === undefined ? undefined : pulumi.output(clusterName);
    this.inputs = pulumi.output({
      prefix,
      stage: config.stage,
      region: config.region,
      logLevel: compute.logLevel,
      auth: compute.auth,
      rateLimit: compute.rateLimit,
      corsOrigins: [...compute.corsOrigins],
      ...(Object.keys(compute.processorTuning).length > 0 && { processorTuning: compute.processorTuning }),
      features,
      ...toOperationsSettings(compute),
      webhookAllOrdersUsers: [...compute.webhookAllOrdersUsers],
      domainName,
      hostedZoneId,
      names: data.names(),
      arns: data.arns(),
      images: pulumi.all(
        Object.fromEntries([...services, ...sidecars].map((image) => [image, this.images.get(image).uri])),
      ) as unknown as pulumi.Output<ManifestInputs['images']>,
      ...(compute.tracing && { tracing: compute.tracing }),
      sizes: Object.fromEntries(
        services.map((service) => [service, compute.services[service]]),
      ) as ManifestInputs['sizes'],
      secrets: pulumi.all(
        Object.fromEntries(
          (Object.entries(secrets) as [SecretName, StoredSecret][]).map(([key, secret]) => [
            key,
            secret.name,
          ]),
        ),
      ) as unknown as pulumi.Output<ManifestInputs['secrets']>,
      roles: roles.arns,
      network: {
        privateCidrs: platform.kind === 'none' ? [...platform.clusterCidrs] : [compute.vpcCidr],
        dynamodbCidrs: this.#findDynamodb(config.region),
      },
    });
    this.registerOutputs({});
  }

  #createEks(args: KubernetesArgs, eks: Extract<KubernetesConfig, { kind: 'eks' }>): EksPlatform {
    const { prefix, config, compute, data } = args;
    return new EksPlatform(
      'platform',
      {
        prefix,
        region: config.region,
        protect: config.protect,
        compute,
        eks,
        cacheToken: data.secrets.cacheToken,
      },
      { parent: this },
    );
  }

  /** The addresses of DynamoDB in the region, as AWS publishes them. */
  #findDynamodb(region: string): pulumi.Output<string[]> {
    const list = aws.ec2.getManagedPrefixListOutput(
      { name: `com.amazonaws.${region}.dynamodb` },
      { parent: this },
    );
    return list.entries.apply((entries) => entries.map(({ cidr }) => cidr).sort());
  }
}

/** The configuration refuses a cluster without both. */
function toEntry({ entry }: ComputeConfig): { readonly domainName: string; readonly hostedZoneId: string } {
  if (entry.scheme === 'https' && 'hostedZoneId' in entry) return entry;
  throw new Error('A cluster has neither domainName nor hostedZoneId: loadConfig reports it');
}
