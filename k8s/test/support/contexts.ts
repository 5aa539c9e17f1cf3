/** The environments of the repository, and every context that is rendered from them. */
import { resolve } from 'node:path';
import { readObservability, renderAll } from '../../src/output.ts';
import { loadEnvironments } from '../../src/settings/load.ts';
import { type Context, type Environment, toVariantName, VARIANTS } from '../../src/settings/types.ts';

/** The workspace k8s/. */
export const K8S = resolve(import.meta.dirname, '../..');

const ENVIRONMENTS = loadEnvironments(resolve(K8S, 'settings'));
export const TEXTS = readObservability(resolve(K8S, '../observability'));

/**
 * The environment of this name.
 * @public
 */
export function environmentOf(name: string): Environment {
  const found = ENVIRONMENTS.find((it) => it.name === name);
  if (!found) throw new Error(`No environment named ${name}`);
  return found;
}

/** Every context, by a name such as `prod/istio-vault`. */
export const CONTEXTS: readonly (readonly [string, Context])[] = ENVIRONMENTS.flatMap((environment) =>
  VARIANTS.map(
    (variant) => [`${environment.name}/${toVariantName(variant)}`, { ...environment, variant }] as const,
  ),
);

/** Everything that npm run k8s writes. */
export const OUTPUT = renderAll(ENVIRONMENTS, TEXTS);
