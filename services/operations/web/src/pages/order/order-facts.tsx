/** The facts of an order, its payment, and its holds. */
import type { GetOrderResponse, Hold } from '@order-pipeline/contracts/gen/operations/v1/operations_pb';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { toMs } from '../../api/times.js';
import { toTraceUrl, useViewer } from '../../api/viewer.js';
import { type Tone, toWords } from '../../format/words.js';
import { Chip } from '../../ui/chip.js';
import { Icon } from '../../ui/icons.js';
import { CopyId, Money, Time } from '../../ui/values.js';

/** A label and its value; nothing where there is no value. */
function Fact({ label, children }: { label: string; children: ReactNode }) {
  if (children === undefined || children === '' || children === false) return null;
  return (
    <>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </>
  );
}

/** Shows who ordered what, and the ids that lead elsewhere. */
export function OrderFacts({ order: details }: { order: GetOrderResponse }) {
  const { traceUrlTemplate } = useViewer();
  const { order, fraudScore, firstError, note, leaseUntil } = details;
  if (!order) return null;
  const traceUrl = toTraceUrl(traceUrlTemplate, order.traceId);
  return (
    <section className="card">
      <h2>Facts</h2>
      <dl className="facts">
        <Fact label="Customer">
          {order.userId && <Link href={`/orders?q=${encodeURIComponent(order.userId)}`}>{order.userId}</Link>}
        </Fact>
        <Fact label="Amount">
          {order.currency && <Money amount={order.amount} currency={order.currency} />}
        </Fact>
        <Fact label="Items">{toItems(order.items)}</Fact>
        <Fact label="Reason">{order.reason && toWords(order.reason)}</Fact>
        <Fact label="Placed">
          <Time at={toMs(order.createdAt)} full />
        </Fact>
        <Fact label="Changed">
          <Time at={toMs(order.updatedAt)} full />
        </Fact>
        <Fact label="Attempts">{order.attempt > 0 && String(order.attempt)}</Fact>
        <Fact label="Lease until">{leaseUntil && <Time at={toMs(leaseUntil)} />}</Fact>
        <Fact label="Fraud score">{fraudScore?.toFixed(2)}</Fact>
        <Fact label="First error">{firstError}</Fact>
        <Fact label="Note">{note}</Fact>
        <Fact label="Request id">
          {order.requestId && <CopyId id={order.requestId} label="request id" />}
        </Fact>
        <Fact label="Trace">
          {traceUrl ? (
            <a href={traceUrl} target="_blank" rel="noreferrer">
              Open the trace <Icon name="external" size={13} />
            </a>
          ) : (
            order.traceId && <CopyId id={order.traceId} label="trace id" />
          )}
        </Fact>
      </dl>
    </section>
  );
}

function toItems(items: readonly { sku: string; quantity: number }[]): string {
  return items.map(({ sku, quantity }) => `${quantity} × ${sku}`).join(', ');
}

const PAYMENT_TONES: Readonly<Record<string, Tone>> = {
  AUTHORIZED: 'info',
  CAPTURED: 'ok',
  DECLINED: 'warn',
  CAPTURE_FAILED: 'danger',
  WRITTEN_OFF: 'danger',
};

const CHARGED = ['no', 'once'];

/** Shows what the customer was charged. */
export function OrderPayment({
  order: { payment, paymentProblem, refundedAmount },
}: {
  order: GetOrderResponse;
}) {
  return (
    <section className="card">
      <div className="card-head">
        <h2>Payment</h2>
        {payment && <Chip tone={PAYMENT_TONES[payment.state] ?? 'neutral'}>{toWords(payment.state)}</Chip>}
      </div>
      {payment ? (
        <dl className="facts">
          <Fact label="Amount">
            {payment.currency && <Money amount={payment.amount} currency={payment.currency} />}
          </Fact>
          <Fact label="Charged">{CHARGED[payment.captureCount] ?? `${payment.captureCount} times`}</Fact>
          <Fact label="Problem">{paymentProblem && toWords(paymentProblem)}</Fact>
          <Fact label="At the provider">{payment.providerProblem && toWords(payment.providerProblem)}</Fact>
          <Fact label="Decline code">{payment.declineCode}</Fact>
          <Fact label="Refunded">
            {refundedAmount > 0n && <Money amount={refundedAmount} currency={payment.currency} />}
          </Fact>
          {payment.refunds.map(({ refundId, state, amount }) => (
            <Fact key={refundId} label="Refund">
              <Money amount={amount} currency={payment.currency} />{' '}
              <span className="muted">{toWords(state)}</span>
            </Fact>
          ))}
          <Fact label="Reference">
            {payment.gatewayReference && <CopyId id={payment.gatewayReference} label="payment reference" />}
          </Fact>
        </dl>
      ) : (
        <p className="muted">Nothing was authorized. The customer is not charged.</p>
      )}
    </section>
  );
}

/** Shows what stock is set aside for the order now. */
export function OrderHolds({ holds }: { holds: readonly Hold[] }) {
  return (
    <section className="card">
      <h2>Holds</h2>
      {holds.length === 0 ? (
        <p className="muted">The order holds no stock now.</p>
      ) : (
        <ul className="rows">
          {holds.map(({ sku, shard, quantity, token }) => (
            <li key={`${sku} ${shard}`} className="row">
              <span className="row-name">
                {quantity} × {sku}
                <span className="row-note">
                  shard {shard}, token <code>{token}</code>
                </span>
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
