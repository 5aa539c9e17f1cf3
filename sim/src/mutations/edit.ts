/** Changes to the text of a built module. */

/** A text of a built module, there exactly once, and what replaces it. */
export interface Edit {
  /** End of the module's URL. */
  readonly module: string;
  readonly from: string;
  readonly to: string;
}

/** A removed safeguard. */
export interface Mutation {
  /** Unique name. */
  readonly name: string;
  /** The safeguard that is removed, for people. */
  readonly safeguard: string;
  readonly edits: readonly Edit[];
}

/** Returns the source with the edit made. Throws when the text is not there exactly once: the mutation would be none. */
export function applyEdit(source: string, { module, from, to }: Edit): string {
  const found = source.split(from).length - 1;
  if (found !== 1) throw new Error(`${module} has "${from}" ${found} times instead of once`);
  return source.replace(from, () => to);
}
