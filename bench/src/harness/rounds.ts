/** Rounds that go through all variants in turn, so that a busy moment of the machine hits all alike. */

/** One thing that is measured. */
export interface Variant<S> {
  readonly name: string;
  /** Takes one sample. */
  measure(): Promise<S>;
}

/** Options of {@link interleave}. */
export interface RoundsOptions {
  readonly rounds: number;
  /** Samples of each variant ahead of the first round, which are thrown away. */
  readonly warmUps: number;
  readonly say: (line: string) => void;
}

/** Returns the samples of every variant by its name, in the order of the rounds. */
export async function interleave<S>(
  variants: readonly Variant<S>[],
  { rounds, warmUps, say }: RoundsOptions,
): Promise<Map<string, S[]>> {
  const samples = new Map<string, S[]>(variants.map(({ name }) => [name, []]));
  for (let warmUp = 0; warmUp < warmUps; warmUp += 1) {
    say(`warm-up ${warmUp + 1} of ${warmUps}`);
    for (const variant of variants) await variant.measure();
  }
  for (let round = 0; round < rounds; round += 1) {
    say(`round ${round + 1} of ${rounds}`);
    // Every other round runs backwards: no variant always follows the same one.
    const order = round % 2 === 0 ? variants : variants.toReversed();
    for (const variant of order) samples.get(variant.name)?.push(await variant.measure());
  }
  return samples;
}
