/** Traces the calls to a payment provider. */
import { inSpan, isRecording } from '@order-pipeline/platform/tracing/tracer';
import { step } from '@order-pipeline/platform/work';
import type {
  GatewayAnswer,
  GatewayAuthorization,
  GatewayPayment,
  GatewayRefund,
  GatewayRefundAnswer,
  PaymentGateway,
} from './gateway.js';

/** A gateway whose calls are spans, and steps of the work that they belong to. */
export class TracedGateway implements PaymentGateway {
  readonly #gateway: PaymentGateway;

  constructor(gateway: PaymentGateway) {
    this.#gateway = gateway;
  }

  authorize(payment: GatewayAuthorization, signal: AbortSignal): Promise<GatewayAnswer> {
    return traced('authorize', () => this.#gateway.authorize(payment, signal));
  }

  capture(payment: GatewayPayment, signal: AbortSignal): Promise<'captured' | 'voided'> {
    return traced('capture', () => this.#gateway.capture(payment, signal));
  }

  void(payment: GatewayPayment, signal: AbortSignal): Promise<'voided' | 'captured'> {
    return traced('void', () => this.#gateway.void(payment, signal));
  }

  refund(refund: GatewayRefund, signal: AbortSignal): Promise<GatewayRefundAnswer> {
    return traced('refund', () => this.#gateway.refund(refund, signal));
  }

  listOpen(...args: Parameters<PaymentGateway['listOpen']>): ReturnType<PaymentGateway['listOpen']> {
    return this.#gateway.listOpen(...args);
  }

  ping(signal: AbortSignal): Promise<void> {
    return this.#gateway.ping(signal);
  }
}

function traced<R>(call: string, send: () => Promise<R>): Promise<R> {
  const name = `gateway ${call}`;
  return step(name, () =>
    isRecording() ? inSpan({ name, kind: 'client', attributes: { 'gateway.call': call } }, send) : send(),
  );
}
