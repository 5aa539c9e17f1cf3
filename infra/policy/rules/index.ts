/** All rules. The policy pack and the tests use the same ones. */
import { closedClusters } from './cluster.ts';
import { guardedConsole } from './console.ts';
import { durableData } from './durability.ts';
import { encryptedAtRest, encryptedInTransit } from './encryption.ts';
import { closedNetwork } from './network.ts';
import { leastPrivilege } from './permissions.ts';
import type { Inspected, Rule } from './rule.ts';
import { confinedContainers, secretsByReference } from './tasks.ts';

/** Every rule. */
export const RULES: readonly Rule[] = [
  encryptedAtRest,
  encryptedInTransit,
  closedNetwork,
  leastPrivilege,
  durableData,
  secretsByReference,
  confinedContainers,
  closedClusters,
  guardedConsole,
];

/** Returns the violations of all rules, as `rule: type name: violation`. */
export function inspect(resources: readonly Inspected[]): string[] {
  return resources.flatMap((resource) =>
    RULES.flatMap(({ name, check }) =>
      check(resource).map((violation) => `${name}: ${resource.type} ${resource.name}: ${violation}`),
    ),
  );
}
