/** The small catalogue that the local stack sells. */

/** An item of the catalogue. */
export interface CatalogueItem {
  readonly sku: string;
  /** In the minor unit of USD. */
  readonly unitPrice: number;
  readonly quantity: number;
}

/** Enough to see every outcome: plenty, the last one, and sold out. */
export const CATALOGUE: readonly CatalogueItem[] = [
  { sku: 'MUG-01', unitPrice: 1250, quantity: 1000 },
  { sku: 'TEE-01', unitPrice: 1999, quantity: 1000 },
  { sku: 'POSTER-01', unitPrice: 800, quantity: 1000 },
  { sku: 'LAMP-01', unitPrice: 4500, quantity: 1 },
  { sku: 'VINYL-01', unitPrice: 2500, quantity: 0 },
];

/**
 * Stocks the items through the inventory service's own RPC, as Connect's JSON over HTTP. The delivery's id makes a
 * repeat add nothing. Throws with the service's response.
 */
export async function stockCatalogue(
  scoringUrl: string,
  items: readonly CatalogueItem[] = CATALOGUE,
): Promise<void> {
  await Promise.all(
    items.map(async ({ sku, unitPrice, quantity }) => {
      const response = await fetch(`${scoringUrl}/inventory.v1.InventoryService/Restock`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'connect-protocol-version': '1' },
        body: JSON.stringify({ sku, quantity, unitPrice, currency: 'USD', deliveryId: 'first-stock' }),
      });
      if (!response.ok)
        throw new Error(`Restock of ${sku} answered ${response.status}: ${await response.text()}`);
    }),
  );
}
