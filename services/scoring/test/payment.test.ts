import { randomUUID } from 'node:crypto';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { type Client, createClient, createRouterTransport } from '@connectrpc/connect';
import { beforeEach, describe, expect, it, test } from '@jest/globals';
import {
  AuthorizationMatch,
  PaymentService,
  PaymentState,
} from '@order-pipeline/contracts/gen/payment/v1/payment_pb';
import { type Clock, systemClock } from '@order-pipeline/platform/clock';
import { Table } from '@order-pipeline/platform/dynamo/table';
import { Counter, Registry } from 'prom-client';
import { UnavailableError } from '../src/errors.js';
import type { GatewayPayment, PaymentGateway } from '../src/payment/gateway.js';
import { SimulatedGateway } from '../src/payment/gateways/simulated.js';
import { LEDGER } from '../src/payment/items.js';
import { Payments } from '../src/payment/payments.js';
import { Refunds } from '../src/payment/refund/refunds.js';
import { createPaymentService } from '../src/payment/service.js';
import { PaymentStore } from '../src/payment/store.js';
import { codeOf, expectViolations, LATER, logger, useStack } from './support.js';

const use = useStack();

/** The simulated gateway, with a record of its calls and a way to delay them. */
class WatchedGateway extends SimulatedGateway {
  readonly asked: string[] = [];
  /** Awaited before a response goes out. */
  beforeAnswer: (call: string) => Promise<void> = async () => undefined;

  override async authorize(...args: Parameters<PaymentGateway['authorize']>) {
    return await this.#watch('authorize', () => super.authorize(...args));
  }
  override async capture(payment: GatewayPayment) {
    return await this.#watch(`capture ${payment.reference.slice(0, 4)}`, () => super.capture(payment));
  }
  override async void(payment: GatewayPayment) {
    return await this.#watch(`void ${payment.reference.slice(0, 4)}`, () => super.void(payment));
  }

  async #watch<R>(call: string, answer: () => Promise<R>): Promise<R> {
    this.asked.push(call);
    const result = await answer();
    await this.beforeAnswer(call);
    return result;
  }
}

interface Served {
  readonly client: Client<typeof PaymentService>;
  readonly gateway: WatchedGateway;
  readonly registry: Registry;
}

function serve(options: { clock?: Clock; gateway?: PaymentGateway; gatewayTimeoutMs?: number } = {}): Served {
  const { clock = systemClock, gatewayTimeoutMs = 10_000 } = options;
  const registry = new Registry();
  const gateway = new WatchedGateway({ slowMs: 1 });
  const transitions = new Counter({
    name: 'payments_total',
    help: 'test',
    labelNames: ['state'] as const,
    registers: [registry],
  });
  const store = new PaymentStore(new Table(use.dynamo, { ...LEDGER, name: 'payments' }));
  const deps = { store, gateway: options.gateway ?? gateway, gatewayTimeoutMs, clock, transitions };
  const payments = new Payments(deps);
  const service = createPaymentService({ payments, refunds: new Refunds(deps), clock, logger });
  const transport = createRouterTransport((router) => router.service(PaymentService, service));
  return { client: createClient(PaymentService, transport), gateway, registry };
}

let served: Served;
let client: Client<typeof PaymentService>;
beforeEach(() => {
  served = serve();
  client = served.client;
});

function payment(token = 'tok_visa', orderId: string = randomUUID()) {
  return { orderId, amount: 999n, currency: 'USD', paymentMethod: token, notAfter: LATER };
}

async function stateOf(call: Promise<{ payment?: { state: PaymentState } | undefined }>): Promise<string> {
  const answer = await call;
  return PaymentState[answer.payment?.state ?? PaymentState.UNSPECIFIED];
}

describe('the way of a payment', () => {
  test('authorized, then captured', async () => {
    const clock = () => Date.parse('2026-03-04T05:06:07.008Z');
    const { client: timed } = serve({ clock });
    const request = payment();
    const { payment: authorized } = await timed.authorize(request);
    expect(authorized).toMatchObject({
      orderId: request.orderId,
      state: PaymentState.AUTHORIZED,
      amount: 999n,
      currency: 'USD',
      declineCode: '',
      captureCount: 0,
      updatedAt: timestampFromMs(Date.parse('2026-03-04T05:06:07.008Z')),
    });
    expect(authorized?.gatewayReference).toMatch(/^sim_[0-9a-f]{24}$/);
    const { payment: captured } = await timed.capture(request);
    expect(captured).toMatchObject({ state: PaymentState.CAPTURED, captureCount: 1, amount: 999n });
    expect((await timed.getPayment(request)).payment).toEqual(captured);
  });

  test('authorized, then voided', async () => {
    const request = payment();
    await client.authorize(request);
    expect(await stateOf(client.void(request))).toBe('VOIDED');
    expect((await client.getPayment(request)).payment).toMatchObject({ amount: 999n, captureCount: 0 });
    expect(await codeOf(client.authorize(request))).toBe('FailedPrecondition');
    expect(await codeOf(client.capture(request))).toBe('FailedPrecondition');
  });

  test('declined for good', async () => {
    const request = payment('tok_chargeDeclined');
    const { payment: declined } = await client.authorize(request);
    expect(declined).toMatchObject({ state: PaymentState.DECLINED, declineCode: 'card_declined' });
    expect(await stateOf(client.authorize({ ...request, paymentMethod: 'tok_visa' }))).toBe('DECLINED');
    expect(await codeOf(client.capture(request))).toBe('FailedPrecondition');
    expect(await stateOf(client.void(request))).toBe('DECLINED');
  });

  test('barred before it began: the gateway is asked to void what it may have approved', async () => {
    const request = payment();
    const { payment: barred } = await client.void(request);
    expect(barred).toMatchObject({
      state: PaymentState.VOIDED,
      amount: 0n,
      currency: '',
      gatewayReference: '',
    });
    expect(await codeOf(client.authorize(request))).toBe('FailedPrecondition');
    expect(served.gateway.asked).toEqual(['void ']);
  });

  test('nothing to capture or read', async () => {
    expect(await codeOf(client.capture({ orderId: randomUUID() }))).toBe('NotFound');
    expect(await codeOf(client.getPayment({ orderId: randomUUID() }))).toBe('NotFound');
  });

  test('a captured payment cannot be voided', async () => {
    const request = payment();
    await client.authorize(request);
    await client.capture(request);
    expect(await codeOf(client.void(request))).toBe('FailedPrecondition');
    expect(await stateOf(client.authorize(request))).toBe('CAPTURED');
  });

  test('is for one amount', async () => {
    const request = payment();
    await client.authorize(request);
    expect(await codeOf(client.authorize({ ...request, amount: 1000n }))).toBe('FailedPrecondition');
    expect(await codeOf(client.authorize({ ...request, currency: 'EUR' }))).toBe('FailedPrecondition');
  });

  test('counts each state once', async () => {
    const request = payment();
    await client.authorize(request);
    await client.authorize(request);
    await client.capture(request);
    await client.capture(request);
    const metrics = await served.registry.metrics();
    expect(metrics).toContain('payments_total{state="authorized"} 1');
    expect(metrics).toContain('payments_total{state="captured"} 1');
  });
});

describe('asked twice, also at the same time', () => {
  test('Authorize', async () => {
    const request = payment();
    const both = await Promise.all([client.authorize(request), client.authorize(request)]);
    const again = await client.authorize(request);
    expect(both[0].payment?.gatewayReference).toBe(both[1].payment?.gatewayReference);
    expect(again.payment?.state).toBe(PaymentState.AUTHORIZED);
  });

  test('Capture charges once and asks the gateway no more', async () => {
    const request = payment();
    await client.authorize(request);
    await Promise.all(Array.from({ length: 10 }, () => client.capture(request)));
    const asked = served.gateway.asked.length;
    const { payment: captured } = await client.capture(request);
    expect(captured).toMatchObject({ state: PaymentState.CAPTURED, captureCount: 1 });
    expect(served.gateway.asked).toHaveLength(asked);
  });

  it.each([['with an authorization'], ['without one']])('Void %s', async (kind) => {
    const request = payment();
    if (kind === 'with an authorization') await client.authorize(request);
    const states = await Promise.all([stateOf(client.void(request)), stateOf(client.void(request))]);
    expect([...states, await stateOf(client.void(request))]).toEqual(['VOIDED', 'VOIDED', 'VOIDED']);
  });
});

describe('races', () => {
  test('a void that arrives while the gateway authorizes wins, and the authorization is voided', async () => {
    const request = payment();
    served.gateway.beforeAnswer = async (call) => {
      if (call === 'authorize') await serve().client.void(request);
    };
    expect(await codeOf(client.authorize(request))).toBe('FailedPrecondition');
    expect(served.gateway.asked).toEqual(['authorize', 'void sim_']);
    expect(await stateOf(client.getPayment(request))).toBe('VOIDED');
  });

  test('a decline after a void leaves nothing to void', async () => {
    const request = payment('tok_chargeDeclined');
    served.gateway.beforeAnswer = async () => {
      await serve().client.void(request);
    };
    expect(await codeOf(client.authorize(request))).toBe('FailedPrecondition');
    expect(served.gateway.asked).toEqual(['authorize']);
  });

  test('a void that finds no entry and is overtaken by an authorization voids that too', async () => {
    const request = payment();
    let overtaken = false;
    served.gateway.beforeAnswer = async () => {
      if (!overtaken) await serve().client.authorize(request);
      overtaken = true;
    };
    expect(await stateOf(client.void(request))).toBe('VOIDED');
    expect(served.gateway.asked).toEqual(['void ', 'void sim_']);
  });

  test('Authorize and Void at the same time end voided', async () => {
    const requests = Array.from({ length: 20 }, () => payment());
    await Promise.all(requests.flatMap((one) => [codeOf(client.authorize(one)), client.void(one)]));
    const states = await Promise.all(requests.map((one) => stateOf(client.getPayment(one))));
    expect(new Set(states)).toEqual(new Set(['VOIDED']));
  });

  test('of Capture and Void at the same time one takes effect, at the gateway and in the ledger', async () => {
    const requests = Array.from({ length: 20 }, () => payment());
    await Promise.all(requests.map((one) => client.authorize(one)));
    const codes = await Promise.all(
      requests.map(async (one, index) => {
        const calls = [() => codeOf(client.capture(one)), () => codeOf(client.void(one))];
        const turned = index % 2 === 0 ? calls : calls.toReversed();
        const [first, second] = await Promise.all(turned.map((call) => call()));
        return [first, second];
      }),
    );
    const entries = await Promise.all(requests.map((one) => client.getPayment(one)));
    entries.forEach(({ payment: ledger }, index) => {
      expect(codes[index]?.toSorted()).toEqual(['FailedPrecondition', undefined]);
      // A capture that meets a void at the gateway may write its result before the void does.
      expect([PaymentState.CAPTURED, PaymentState.VOIDED, PaymentState.CAPTURE_FAILED]).toContain(
        ledger?.state,
      );
      expect(ledger?.captureCount).toBe(ledger?.state === PaymentState.CAPTURED ? 1 : 0);
    });
  });
});

describe('a gateway in trouble', () => {
  test('a lost response is unknown, not a decline; asked again under the same key it is found', async () => {
    const { client: hasty } = serve({ gatewayTimeoutMs: 20 });
    const request = payment('tok_timeout');
    expect(await codeOf(hasty.authorize(request))).toBe('DeadlineExceeded');
    expect(await codeOf(hasty.getPayment(request))).toBe('NotFound');
    expect(await stateOf(hasty.authorize(request))).toBe('AUTHORIZED');
    expect(await stateOf(hasty.capture(request))).toBe('CAPTURED');
  });

  test('an unreachable gateway is unavailable', async () => {
    const request = payment('tok_gatewayDown');
    expect(await codeOf(client.authorize(request))).toBe('Unavailable');
    expect(await codeOf(client.authorize(request))).toBe('Unavailable');
    expect(await codeOf(client.getPayment(request))).toBe('NotFound');
  });

  test('a slow one is waited for', async () => {
    expect(await stateOf(client.authorize(payment('tok_slow')))).toBe('AUTHORIZED');
  });

  test('a capture whose answer is lost can be repeated and charges once', async () => {
    const request = payment();
    await client.authorize(request);
    let lost = false;
    served.gateway.beforeAnswer = async () => {
      if (!lost) {
        lost = true;
        throw new UnavailableError('the connection broke');
      }
    };
    expect(await codeOf(client.capture(request))).toBe('Unavailable');
    expect(await stateOf(client.getPayment(request))).toBe('AUTHORIZED');
    expect((await client.capture(request)).payment).toMatchObject({ captureCount: 1 });
  });

  test('what else goes wrong there is not hidden', async () => {
    const request = payment();
    served.gateway.beforeAnswer = async () => {
      throw new TypeError('a bug');
    };
    expect(await codeOf(client.authorize(request))).not.toBe('Unavailable');
  });
});

test('does nothing after not_after', async () => {
  const late = serve({ clock: () => 1_001 });
  const request = { ...payment(), notAfter: timestampFromMs(1_000) };
  expect(await codeOf(late.client.authorize(request))).toBe('FailedPrecondition');
  expect(late.gateway.asked).toEqual([]);
  expect(await codeOf(late.client.getPayment(request))).toBe('NotFound');
});

test('bad fields are named, all at once', async () => {
  await expectViolations(client.authorize({}), ['order_id', 'amount', 'currency', 'not_after']);
  await expectViolations(client.authorize({ ...payment(), amount: -5n, currency: 'US' }), [
    'amount',
    'currency',
  ]);
  await expectViolations(client.capture({}), ['order_id']);
  await expectViolations(client.void({}), ['order_id']);
  await expectViolations(client.getPayment({}), ['order_id']);
});

describe('an authorization that is gone when it is to be captured', () => {
  const money = { amount: 999n, currency: 'USD' };

  async function failed(): Promise<string> {
    const request = payment('tok_authorizationLapses');
    await client.authorize(request);
    return request.orderId;
  }

  test('is a state and no error, and stays so', async () => {
    const orderId = await failed();
    for (let captures = 0; captures < 2; captures += 1)
      expect((await client.capture({ orderId })).payment).toMatchObject({
        state: PaymentState.CAPTURE_FAILED,
        captureCount: 0,
      });
    expect(await codeOf(client.void({ orderId }))).toBe('FailedPrecondition');
  });

  test('by a lapse at the provider as well', async () => {
    const request = payment();
    await client.authorize(request);
    served.gateway.lapse(request.orderId);
    expect((await client.capture(request)).payment?.state).toBe(PaymentState.CAPTURE_FAILED);
  });

  test('is authorized again and charged, once', async () => {
    const orderId = await failed();
    await client.capture({ orderId });
    const request = { orderId, ...money, paymentMethod: 'tok_visa' };
    const both = await Promise.all([client.reauthorize(request), client.reauthorize(request)]);
    for (const { payment: charged } of [...both, await client.reauthorize(request)])
      expect(charged).toMatchObject({ state: PaymentState.CAPTURED, captureCount: 1, reauthorizations: 1 });
    expect(served.gateway.asked.filter((call) => call.startsWith('void'))).toEqual([]);
  });

  test('and declined then can be tried with another method, or written off', async () => {
    const orderId = await failed();
    await client.capture({ orderId });
    const decline = { orderId, ...money, paymentMethod: 'tok_chargeDeclined' };
    expect((await client.reauthorize(decline)).payment).toMatchObject({
      state: PaymentState.CAPTURE_FAILED,
      declineCode: 'card_declined',
    });
    const other = await failed();
    await client.capture({ orderId: other });
    expect((await client.writeOff({ orderId: other, note: 'customer gone' })).payment).toMatchObject({
      state: PaymentState.WRITTEN_OFF,
      note: 'customer gone',
    });
    expect(await codeOf(client.reauthorize({ ...decline, orderId: other }))).toBe('FailedPrecondition');
    expect((await client.reauthorize({ ...decline, paymentMethod: 'tok_visa' })).payment).toMatchObject({
      state: PaymentState.CAPTURED,
      reauthorizations: 2,
      declineCode: '',
    });
  });

  test('a late response about the old authorization does not undo the new one', async () => {
    const orderId = await failed();
    const { promise: late, resolve: answer } = Promise.withResolvers<void>();
    const { promise: reached, resolve: arrive } = Promise.withResolvers<void>();
    let calls = 0;
    served.gateway.beforeAnswer = async (call) => {
      if (!call.startsWith('capture') || calls++ > 0) return;
      arrive();
      await late;
    };
    const slow = client.capture({ orderId });
    await reached;
    await client.capture({ orderId });
    await client.reauthorize({ orderId, ...money, paymentMethod: 'tok_visa' });
    answer();
    expect((await slow).payment?.state).toBe(PaymentState.CAPTURED);
    expect((await client.getPayment({ orderId })).payment).toMatchObject({
      state: PaymentState.CAPTURED,
      captureCount: 1,
    });
  });
});

describe('SweepAuthorizations', () => {
  const query = { authorizedBefore: LATER, pageSize: 100 };
  const matchOf = async (orderId: string, changes = {}) => {
    const { authorizations } = await client.sweepAuthorizations({ ...query, ...changes });
    const found = authorizations.find((one) => one.orderId === orderId);
    return found && AuthorizationMatch[found.match];
  };

  test('voids at the provider what only the ledger has voided', async () => {
    const request = payment();
    await client.void(request);
    // The provider approves late, after its caller has stopped waiting.
    const signal = new AbortController().signal;
    const { orderId: idempotencyKey, amount, currency, paymentMethod } = request;
    const late = new SimulatedGateway({ slowMs: 1 });
    await late.authorize({ idempotencyKey, amount: Number(amount), currency, paymentMethod }, signal);
    served = serve({ gateway: late });
    client = served.client;
    expect(await matchOf(request.orderId, { dryRun: true })).toBe('STRAY');
    expect(await matchOf(request.orderId)).toBe('STRAY');
    expect(await matchOf(request.orderId)).toBeUndefined();
  });

  test('leaves what the ledger counts on, and what is young', async () => {
    const request = payment();
    await client.authorize(request);
    expect(await matchOf(request.orderId)).toBe('COUNTED');
    expect(await matchOf(request.orderId, { authorizedBefore: timestampFromMs(1) })).toBeUndefined();
    await client.capture(request);
    expect(await matchOf(request.orderId)).toBeUndefined();
  });

  test('goes through all pages', async () => {
    const ids = new Set<string>();
    for (let order = 0; order < 5; order += 1) {
      const request = payment();
      ids.add(request.orderId);
      await client.authorize(request);
    }
    const found = new Set<string>();
    let pageToken = '';
    do {
      const page = await client.sweepAuthorizations({ ...query, pageSize: 2, pageToken });
      for (const { orderId } of page.authorizations) found.add(orderId);
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect([...ids].every((id) => found.has(id))).toBe(true);
  });

  test('names bad fields', async () => {
    await expectViolations(client.sweepAuthorizations({}), ['authorized_before', 'page_size']);
    await expectViolations(client.reauthorize({}), ['order_id', 'amount', 'currency']);
    await expectViolations(client.writeOff({}), ['order_id', 'note']);
  });
});
