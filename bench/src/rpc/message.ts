/** The call that every stack makes: a reservation of two lines, as the processor makes for an order. */
import { create } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import {
  ReserveOutcome,
  type ReserveRequest,
  ReserveRequestSchema,
} from '@order-pipeline/contracts/gen/inventory/v1/inventory_pb';

const LINES = [
  { sku: 'TSHIRT-RED-M', quantity: 2 },
  { sku: 'MUG-BLUE', quantity: 1 },
];

const ORDER_ID = '0d1c2b3a-4f5e-4d6c-8b7a-9c8d7e6f5a4b';

/** The headers of every call: what ties it to the request that it belongs to. */
export const HEADERS = {
  'x-request-id': '5b0e9c1e-7a58-4c55-9d0b-3f1d6a2f8b11',
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
};

/** The request as protobuf-es has it. */
export function createRequest(): ReserveRequest {
  return create(ReserveRequestSchema, {
    orderId: ORDER_ID,
    lines: LINES,
    amount: 5_497n,
    currency: 'USD',
    notAfter: timestampFromDate(new Date(Date.now() + 30_000)),
  });
}

/** The same request as proto-loader has it. */
export function createLoadedRequest() {
  return {
    order_id: ORDER_ID,
    lines: LINES,
    amount: '5497',
    currency: 'USD',
    not_after: { seconds: String(Math.floor(Date.now() / 1000) + 30), nanos: 0 },
  };
}

/** Response of every server, in fields whose names are the same for both. */
export function answer<T>({ amount }: { readonly amount: T }) {
  return { outcome: ReserveOutcome.RESERVED, total: amount };
}
