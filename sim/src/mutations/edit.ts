/** Changes to the text of built modules, as the fault harness makes them too. */
import type { Edit } from '@order-pipeline/e2e/chaos/mutations/mutations';

import type { Scenario } from '../plan/scenarios.js';

export { applyEdit, type Edit } from '@order-pipeline/e2e/chaos/mutations/mutations';

/** A removed safeguard. */
export interface Mutation {
  /** Unique name. */
  readonly name: string;
  /** The safeguard that is removed, for people. */
  readonly safeguard: string;
  readonly edits: readonly Edit[];
  /** The runs that need the safeguard. Default: swarm. */
  readonly scenario?: Scenario;
  /**
   * Name of the mutation of a safeguard behind this one that hides its removal: it is removed as well, also in the run
   * that has to hold.
   */
  readonly behind?: string;
}
