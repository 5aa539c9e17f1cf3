/**
 * The ledger in DynamoDB, one entry an order:
 *
 *     time ──▶  open                         move
 *               AUTHORIZED, DECLINED         AUTHORIZED -> CAPTURED, or
 *               or VOIDED, once              AUTHORIZED -> VOIDED
 *
 * `open` asks for no entry and `move` for an AUTHORIZED one: of two calls that race, one finds its condition false and
 * learns what stands.
 */
import type { ConditionalUpdate, Table } from '@order-pipeline/platform/dynamo/table';
import type { LedgerEntry, PaymentState } from './decide.js';

const IS_AUTHORIZED = '#state = :authorized';
const SET_STATE = 'SET #state = :state, updated_at = :now';
const COUNT_CAPTURE = 'ADD capture_count :one';

/** The payments table as the service uses it. */
export class PaymentStore {
  constructor(private readonly table: Table<LedgerEntry>) {}

  /** The order's entry, or undefined. */
  async find(orderId: string): Promise<LedgerEntry | undefined> {
    return await this.table.get(orderId);
  }

  /** Writes the order's first entry. Throws ConditionFailedError with the entry that stands. */
  async open(entry: LedgerEntry): Promise<LedgerEntry> {
    await this.table.create(entry);
    return entry;
  }

  /** Moves an authorized payment on. Throws ConditionFailedError with the entry that stands. */
  async move(orderId: string, to: 'CAPTURED' | 'VOIDED', now: string): Promise<LedgerEntry> {
    return await this.table.updateAndGet(orderId, moveTo(to, now));
  }
}

function moveTo(state: PaymentState, now: string): ConditionalUpdate {
  const captured = state === 'CAPTURED';
  return {
    update: captured ? `${SET_STATE} ${COUNT_CAPTURE}` : SET_STATE,
    condition: IS_AUTHORIZED,
    values: { ':authorized': 'AUTHORIZED', ':state': state, ':now': now, ...(captured && { ':one': 1 }) },
  };
}
