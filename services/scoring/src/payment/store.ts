/**
 * The ledger in DynamoDB, one entry an order:
 *
 *     time ──▶  open                         move
 *               AUTHORIZED, DECLINED         AUTHORIZED -> CAPTURED, VOIDED
 *               or VOIDED, once              or CAPTURE_FAILED
 *
 * `open` requires that there is no entry, `move` and `replace` the state and the authorization that their caller saw:
 * of two calls that race, one fails its condition and receives the current entry.
 */
import { allOf } from '@order-pipeline/platform/dynamo/expressions';
import type { ConditionalUpdate, Table } from '@order-pipeline/platform/dynamo/table';
import type { LedgerEntry, PaymentState, ProviderProblem } from './decide.js';
import type { LedgerRefund } from './refund/decide.js';

const IN_SEEN_STATE = '#state = :seen';
const NEVER_REAUTHORIZED = 'attribute_not_exists(#reauthorizations)';
const REAUTHORIZED_AS_SEEN = '#reauthorizations = :times';
const NEVER_REFUNDED = 'attribute_not_exists(#refund_version)';
const REFUNDS_AS_SEEN = '#refund_version = :version';
const EXISTS = 'attribute_exists(#order_id)';
const SET_STATE = 'SET #state = :state, updated_at = :now';
const COUNT_CAPTURE = 'ADD capture_count :one';

/** The payments table as the service uses it. */
export class PaymentStore {
  readonly #table: Table<LedgerEntry>;

  constructor(table: Table<LedgerEntry>) {
    this.#table = table;
  }

  /** The order's entry, or undefined. */
  async find(orderId: string): Promise<LedgerEntry | undefined> {
    return await this.#table.get(orderId);
  }

  /** Writes the order's first entry. @throws {ConditionFailedError} with the current entry when there is one */
  async open(entry: LedgerEntry): Promise<LedgerEntry> {
    await this.#table.create(entry);
    return entry;
  }

  /**
   * Moves an authorized payment on. @throws {ConditionFailedError} with the current entry when it is in another state
   */
  async move(
    seen: LedgerEntry,
    to: 'CAPTURED' | 'VOIDED' | 'CAPTURE_FAILED',
    now: string,
  ): Promise<LedgerEntry> {
    return await this.#table.updateAndGet(seen.order_id, moveTo(seen, to, now));
  }

  /**
   * Writes the result of an operator's command, if the entry is still as `seen`. @throws {ConditionFailedError} with
   * the current entry otherwise
   */
  async replace(entry: LedgerEntry, seen: LedgerEntry | undefined): Promise<LedgerEntry> {
    if (!seen) return await this.open(entry);
    const { order_id, ...changes } = entry;
    const names = Object.keys(changes);
    const same = asSeen(seen);
    return await this.#table.updateAndGet(order_id, {
      update: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}`,
      condition: same.condition,
      values: {
        ...same.values,
        ...Object.fromEntries(Object.entries(changes).map(([name, value]) => [`:${name}`, value])),
      },
    });
  }

  /**
   * Writes the refunds, unless another call has written them since `seen`. @throws {ConditionFailedError} with the
   * current entry otherwise
   */
  async setRefunds(seen: LedgerEntry, refunds: readonly LedgerRefund[]): Promise<LedgerEntry> {
    const { refund_version: version } = seen;
    return await this.#table.updateAndGet(seen.order_id, {
      update: 'SET #refunds = :refunds, #refund_version = :next',
      condition: allOf(IN_SEEN_STATE, version === undefined ? NEVER_REFUNDED : REFUNDS_AS_SEEN),
      values: {
        ':seen': seen.state,
        ':refunds': refunds,
        ':next': (version ?? 0) + 1,
        ...(version !== undefined && { ':version': version }),
      },
    });
  }

  /** Writes or removes what is wrong with an order's payment at the provider. */
  async setProblem(orderId: string, problem: ProviderProblem | undefined): Promise<void> {
    const write = problem
      ? { update: 'SET #provider_problem = :problem', values: { ':problem': problem } }
      : { update: 'REMOVE #provider_problem' };
    await this.#table.update(orderId, { ...write, condition: EXISTS });
  }
}

/** The entry is in the same state and of the same authorization as its reader saw it. */
function asSeen({ state, reauthorizations }: LedgerEntry) {
  if (reauthorizations === undefined)
    return { condition: allOf(IN_SEEN_STATE, NEVER_REAUTHORIZED), values: { ':seen': state } };
  return {
    condition: allOf(IN_SEEN_STATE, REAUTHORIZED_AS_SEEN),
    values: { ':seen': state, ':times': reauthorizations },
  };
}

function moveTo(seen: LedgerEntry, state: PaymentState, now: string): ConditionalUpdate {
  const captured = state === 'CAPTURED';
  const { condition, values } = asSeen(seen);
  return {
    update: captured ? `${SET_STATE} ${COUNT_CAPTURE}` : SET_STATE,
    condition,
    values: { ...values, ':state': state, ':now': now, ...(captured && { ':one': 1 }) },
  };
}
