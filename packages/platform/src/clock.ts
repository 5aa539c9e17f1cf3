/** The time now in epoch milliseconds. Injected wherever a decision depends on time. */
export type Clock = () => number;

/** The machine's clock. */
export const systemClock: Clock = () => Date.now();
