/** Random numbers that depend on names alone: removing one order from a run leaves the numbers of all others unchanged. */

/** Returns a number in [0, 1). */
export type Random = () => number;

/** Hashes text to 32 bits (FNV-1a with a final avalanche). */
export function hash32(text: string, seed = 0): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let index = 0; index < text.length; index += 1) {
    hash ^= text.charCodeAt(index);
    hash = Math.imul(hash, 0x01000193);
  }
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Returns the one number in [0, 1) of a name under a seed. */
export function draw(seed: number, name: string): number {
  return (hash32(name, hash32(name, seed)) * 2 ** 21 + (hash32(name, seed ^ 0x5bd1e995) >>> 11)) / 2 ** 53;
}

/** Creates the stream of random numbers of a name under a seed (mulberry32). */
export function createRandom(seed: number, name: string): Random {
  let state = hash32(name, hash32(name, seed));
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Returns a whole number from `min` to `max`. */
export function integer(random: Random, min: number, max: number): number {
  return min + Math.floor(random() * (max - min + 1));
}

/** Returns one of the elements. Throws RangeError for an empty list. */
export function pick<T>(random: Random, list: readonly T[]): T {
  const element = list[Math.floor(random() * list.length)];
  if (element === undefined) throw new RangeError('an empty list has no element to pick');
  return element;
}

/** Returns true with the probability `share`. */
export function chance(random: Random, share: number): boolean {
  return random() < share;
}

/** Returns a number from `min` to `max` whose logarithm is uniform: short times are as likely as long ones. */
export function logUniform(random: Random, min: number, max: number): number {
  return Math.exp(Math.log(min) + random() * (Math.log(max) - Math.log(min)));
}
