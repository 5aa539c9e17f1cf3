/**
 * Defects that the harness must find. They exist here only: a service's program is rewritten while Node loads it, and
 * what is built and deployed stays as it is.
 */
/** A text of a built module, which occurs exactly once, and its replacement. */
export interface Edit {
  /** End of the module's URL. */
  readonly module: string;
  readonly from: string;
  readonly to: string;
}

/** A condition that always holds, and still uses every value that is sent along, as DynamoDB demands. */
const always = (condition: string) => `\`\${${condition}} OR NOT (\${${condition}})\``;

const ORDER_STORE = '/packages/order-protocol/dist/order-store.js';

/** The changes of each defect. */
export const MUTATIONS = {
  /** Any worker may begin any order at any time. */
  claim: [{ module: ORDER_STORE, from: 'condition: CLAIMABLE', to: `condition: ${always('CLAIMABLE')}` }],
  /** A worker overwrites what was decided since its claim. */
  decide: [
    {
      module: ORDER_STORE,
      from: '...trace.set],\n            condition: UNDECIDED_IN_MY_ATTEMPT,',
      to: `...trace.set],\n            condition: ${always('UNDECIDED_IN_MY_ATTEMPT')},`,
    },
  ],
  /** A capture does not look at the captures before it. */
  capture: [
    {
      module: '/services/scoring/dist/payment/store.js',
      from: 'const { condition, values } = asSeen(seen);',
      to: `const { condition: seenBefore, values } = asSeen(seen); const condition = captured ? ${always('seenBefore')} : seenBefore;`,
    },
    {
      module: '/services/scoring/dist/payment/decide.js',
      from: "capture: {\n        AUTHORIZED: 'act',\n        CAPTURED: 'keep',",
      to: "capture: {\n        AUTHORIZED: 'act',\n        CAPTURED: 'act',",
    },
  ],
  /** A send whose answer is lost counts as refused. */
  outcome: [
    {
      module: '/services/order-api/dist/orders/decide/send-outcome.js',
      from: "status !== REQUEST_TIMEOUT ? 'not-now' : 'unknown';",
      to: "status !== REQUEST_TIMEOUT ? 'not-now' : 'not-now';",
    },
  ],
} as const satisfies Record<string, readonly Edit[]>;

/** The name of a defect. */
export type MutationName = keyof typeof MUTATIONS;

/** Names the defect to a process that is started with the hook. */
export const MUTATION_VARIABLE = 'CHAOS_MUTATION';

/** Returns true when the text names a defect. */
export function isMutationName(text: string): text is MutationName {
  return Object.hasOwn(MUTATIONS, text);
}

/** Returns the line that a process prints when it has loaded a changed module. */
export function signOf(name: MutationName, { module }: Edit): string {
  return `mutation ${name}: ${module} is changed`;
}

/** Returns the source with the edit made. Throws when the text is not there exactly once: the defect would be no defect. */
export function applyEdit(source: string, { module, from, to }: Edit): string {
  const found = source.split(from).length - 1;
  if (found !== 1) throw new Error(`${module} has "${from}" ${found} times instead of once`);
  return source.replace(from, () => to);
}
