/** Compares what orders ask for. */

/** An order, or a record of one. */
interface Facts {
  readonly user_id?: string;
  readonly amount?: number;
  readonly items?: readonly { readonly sku: string; readonly quantity: number }[];
}

/** Returns what makes two orders the same, as text. */
export function factsOf({ user_id, amount, items = [] }: Facts): string {
  const lines = items.map(({ sku, quantity }) => `${sku}*${quantity}`).toSorted();
  return [user_id, amount, ...lines].join(' ');
}
