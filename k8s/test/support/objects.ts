/** Small hand-made objects for the checks: valid as they are, with one fault each by their changes. */
import type { Json, KubernetesObject } from '../../src/check/objects.ts';

/** An object of a kind. */
export function toObject(kind: string, name: string, spec?: Json, metadata: Json = {}): KubernetesObject {
  return { apiVersion: 'v1', kind, metadata: { name, ...metadata }, ...(spec && { spec }) };
}

/** A Deployment of one pod template. */
export function toDeployment(
  name: string,
  pod: Json,
  spec: Json = {},
  metadata: Json = {},
): KubernetesObject {
  return toObject('Deployment', name, {
    ...spec,
    template: { metadata: { labels: { app: name }, ...metadata }, spec: { containers: [], ...pod } },
  });
}
