/** Parts that manifests have in common. */
import type { ServiceName } from '../../../infra/src/decide/services.ts';
import type { Context } from '../settings/types.ts';

/** A typed object of kubernetes-models, or of the same shape. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata?: Metadata | undefined;
  /** Throws when the object breaks its schema. */
  validate(): void;
  toJSON(): unknown;
}

/** The part of an object's metadata that is used here. */
export interface Metadata {
  readonly name?: string;
  readonly namespace?: string;
  readonly labels?: Record<string, string>;
  readonly annotations?: Record<string, string>;
}

/** Manifests by the name of their file. */
export type Files = Readonly<Record<string, readonly Manifest[]>>;

/** Value of `app.kubernetes.io/part-of`. */
const SYSTEM = 'order-pipeline';

/** Order in which Argo CD applies manifests: each wave is healthy before the next begins. */
export const WAVES = {
  foundation: -3,
  secrets: -2,
  rules: -1,
  /** Callees start before their callers. */
  callees: 0,
  callers: 1,
  scaling: 2,
  entry: 3,
} as const;

/** Labels that select the pods of a service, and never change. */
export function toSelector(service: ServiceName): Record<string, string> {
  return { 'app.kubernetes.io/name': service, 'app.kubernetes.io/part-of': SYSTEM };
}

/** Options for `toMetadata`. */
export interface MetadataOptions {
  readonly service?: ServiceName;
  readonly wave: number;
  /** The system's own by default. */
  readonly namespace?: string;
  readonly labels?: Record<string, string>;
  readonly annotations?: Record<string, string>;
}

/** Metadata of an object in the system's namespace. */
export function toMetadata({ inputs, name: environment }: Context, name: string, options: MetadataOptions) {
  const { service, wave, namespace = inputs.prefix, labels, annotations } = options;
  return {
    name,
    namespace,
    labels: {
      ...(service ? toSelector(service) : { 'app.kubernetes.io/part-of': SYSTEM }),
      'order-pipeline/environment': environment,
      ...labels,
    },
    annotations: { 'argocd.argoproj.io/sync-wave': String(wave), ...annotations },
  };
}

/** Metadata of an object that belongs to the whole cluster. */
export function toClusterMetadata(context: Context, name: string, options: MetadataOptions) {
  const { namespace: _none, ...metadata } = toMetadata(context, name, options);
  return metadata;
}
