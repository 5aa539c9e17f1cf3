/** All checks of the manifests. npm run k8s writes nothing while one of them finds something. */
import type { Files } from '../model/manifest.ts';
import type { Context } from '../settings/types.ts';
import { toVariantName } from '../settings/types.ts';
import { checkEntry } from './entry.ts';
import { checkFlows } from './flows.ts';
import { checkNamespaces } from './namespaces.ts';
import { toName, toObjects } from './objects.ts';
import { checkPods } from './pods.ts';
import { checkInnerReferences, checkReferences } from './references.ts';
import { checkScaling } from './scaling.ts';
import { findSchemaErrors } from './schema.ts';
import { checkSelectors } from './selectors.ts';
import { checkVault } from './vault.ts';
import { checkWiring } from './wiring.ts';

/** Returns everything that is wrong with the manifests of a context, one line each. */
export function inspect(files: Files, context: Context): string[] {
  const manifests = Object.values(files).flat();
  const objects = toObjects(manifests);
  const findings = [
    ...manifests.flatMap((manifest, index) =>
      findSchemaErrors(manifest).map((error) => `${toName(objects[index] as never)}: ${error}`),
    ),
    ...checkNamespaces(objects, context),
    ...checkPods(objects),
    ...checkSelectors(objects),
    ...checkScaling(objects),
    ...checkReferences(objects),
    ...checkInnerReferences(objects),
    ...checkWiring(objects),
    ...checkEntry(objects, context),
    ...checkVault(objects, context),
    ...checkFlows(objects, context),
  ];
  return findings.map((finding) => `${context.name}/${toVariantName(context.variant)}: ${finding}`);
}
