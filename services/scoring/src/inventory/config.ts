/** The settings of inventory. */
import type { Draft, EnvReader } from '@order-pipeline/platform/env';

/** Configuration of the inventory service. */
export interface InventoryConfig {
  /** Name of the inventory table. */
  readonly table: string;
}

/** Reads INVENTORY_TABLE. */
export function readInventoryConfig(env: EnvReader): Draft<InventoryConfig> {
  return { table: env.text('INVENTORY_TABLE', 'set it to the name of the inventory table') };
}
