/** Journal of the payment provider: a file with a line for each thing that it did. What it says is what customers paid. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';

/** One thing that the provider did. */
export interface JournalEntry {
  readonly kind: 'authorized' | 'declined' | 'captured' | 'voided' | 'refunded';
  /** Names the authorization for the shop: `metadata.order_key`. */
  readonly key: string;
  /** Names the payment at the provider. */
  readonly intent: string;
  /** In the minor unit. */
  readonly amount: number;
  /** ISO 4217, in lower case. */
  readonly currency: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** `Idempotency-Key` of the request. */
  readonly request: string;
  /** Decline code. */
  readonly decline?: string;
  /** Names the refund for the shop: `metadata.refund_id`. */
  readonly refund?: string;
}

/** Reads a journal; an absent file is an empty one. The last line of a process that was killed may be incomplete. */
export function readJournal(file: string): JournalEntry[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as JournalEntry);
}

/** Returns the function that writes an entry. It returns when the entry survives the end of the process. */
export function openJournal(file: string): (entry: JournalEntry) => void {
  return (entry) => appendFileSync(file, `${JSON.stringify(entry)}\n`);
}
