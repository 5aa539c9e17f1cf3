/** Seeds of a search. */
import { hash32 } from '../kernel/random.js';

/** The seed of the `index`-th run of a search. */
export function seedAt(base: string, index: number): number {
  return hash32(`${base}/${index}`, hash32(base));
}
