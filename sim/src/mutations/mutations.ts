/**
 * The safeguards of the protocol, and how each is removed. They exist here only: a module is rewritten while Node loads
 * it, and what is built and deployed stays as it is.
 */
import { API_MUTATIONS } from './api.js';
import type { Mutation } from './edit.js';
import { INVENTORY_MUTATIONS } from './inventory.js';
import { OPERATOR_MUTATIONS } from './operators.js';
import { PAYMENT_MUTATIONS } from './payment.js';
import { PROCESSOR_MUTATIONS } from './processor.js';
import { RECONCILER_MUTATIONS } from './reconciler.js';

/** Every mutation. */
export const MUTATIONS: readonly Mutation[] = [
  ...PROCESSOR_MUTATIONS,
  ...OPERATOR_MUTATIONS,
  ...RECONCILER_MUTATIONS,
  ...INVENTORY_MUTATIONS,
  ...PAYMENT_MUTATIONS,
  ...API_MUTATIONS,
];

/** Names the mutations of a process that runs with them, with commas in between. */
export const MUTATION_VARIABLE = 'SIM_MUTATION';
