/** The machine's own timers and clock, taken before the simulator replaces them. */

/** Node's setImmediate. */
export const realSetImmediate = globalThis.setImmediate;

/** Node's Date. */
export const RealDate = globalThis.Date;

const { performance } = globalThis;
const now = performance.now.bind(performance);

/** Milliseconds of real time. */
export const realNow = (): number => now();
