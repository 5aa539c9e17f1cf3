/** grpc-js and its proto loader, as their documentation shows them: the RPC calls of an order without any code of ours. */
import { fileURLToPath } from 'node:url';
import { loadPackageDefinition, type ServiceClientConstructor } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

const PROTO = fileURLToPath(new URL('../../../../proto', import.meta.url));
const FILES = ['inventory/v1/inventory.proto', 'fraud/v1/fraud.proto', 'payment/v1/payment.proto'];

/** The services of an order by name. */
export interface FloorServices {
  readonly inventory: ServiceClientConstructor;
  readonly fraud: ServiceClientConstructor;
  readonly payment: ServiceClientConstructor;
}

/** Loads the services from `proto/`. */
export function loadServices(): FloorServices {
  const definition = loadSync(FILES, { includeDirs: [PROTO], keepCase: true, longs: String });
  const loaded = loadPackageDefinition(definition) as unknown as {
    inventory: { v1: { InventoryService: ServiceClientConstructor } };
    fraud: { v1: { FraudService: ServiceClientConstructor } };
    payment: { v1: { PaymentService: ServiceClientConstructor } };
  };
  return {
    inventory: loaded.inventory.v1.InventoryService,
    fraud: loaded.fraud.v1.FraudService,
    payment: loaded.payment.v1.PaymentService,
  };
}
