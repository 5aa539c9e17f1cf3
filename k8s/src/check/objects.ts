/** Rendered objects as the checks see them: plain data, as the API server gets it. */
import type { Manifest } from '../model/manifest.ts';

/** Any value of JSON. Absent fields read as undefined, on every level. */
// biome-ignore lint/suspicious/noExplicitAny: manifests of any kind are searched here, as jq would.
export type Json = any;

/** One object of a cluster. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: Json;
  readonly data?: Readonly<Record<string, string>>;
}

/** Returns manifests as plain objects. */
export function toObjects(manifests: readonly Manifest[]): KubernetesObject[] {
  return manifests.map((manifest) => JSON.parse(JSON.stringify(manifest.toJSON())) as KubernetesObject);
}

/** URLs with a host without dots, which is a Service of the namespace: host and port. */
export const INSIDE_URL = /https?:\/\/([a-z][a-z0-9-]*):(\d+)/g;

/** Objects of these kinds. */
export function ofKind(
  objects: readonly KubernetesObject[],
  ...kinds: readonly string[]
): KubernetesObject[] {
  return objects.filter(({ kind }) => kinds.includes(kind));
}

/** Controllers with pods. */
export function workloadsOf(objects: readonly KubernetesObject[]): KubernetesObject[] {
  return ofKind(objects, 'Deployment', 'Rollout');
}

/** Returns `Kind name`, for findings. */
export function toName({ kind, metadata }: KubernetesObject): string {
  return `${kind} ${metadata.name}`;
}

/** A finding unless the condition holds. */
export function demand(condition: unknown, object: KubernetesObject, finding: string): string[] {
  return condition ? [] : [`${toName(object)}: ${finding}`];
}

/** Returns true when labels match a selector; an empty selector matches all. */
export function matches(selector: Json, labels: Json): boolean {
  const wanted = Object.entries<string>(selector?.matchLabels ?? selector ?? {});
  return wanted.every(([key, value]) => labels?.[key] === value);
}
