/** Random numbers that a seed repeats. */
import { createHash } from 'node:crypto';

/** Draws the next number in [0,1). */
export type Random = () => number;

const DENOMINATOR = 2 ** 32;

/**
 * The stream of numbers that belongs to a seed and a purpose: SHA-256 in counter mode. Each purpose has its own stream,
 * so that drawing more for one leaves the others as they were.
 */
export function createRandom(seed: number, purpose: string): Random {
  let drawn = 0;
  return () => {
    const digest = createHash('sha256').update(`${seed}/${purpose}/${drawn++}`).digest();
    return digest.readUInt32BE() / DENOMINATOR;
  };
}

/** A number in [from, to). */
export function between(random: Random, from: number, to: number): number {
  return from + random() * (to - from);
}

/** An integer from `from` to `to`, both included. */
export function integer(random: Random, from: number, to: number): number {
  return Math.floor(between(random, from, to + 1));
}

/** One of the values, each as likely. There must be one. */
export function pick<T>(random: Random, values: readonly T[]): T {
  return values[integer(random, 0, values.length - 1)] as T;
}
