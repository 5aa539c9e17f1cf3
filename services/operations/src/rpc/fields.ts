/** Reads the fields of requests: bounds, defaults, page tokens. */
import { type Timestamp, timestampFromMs, timestampMs } from '@bufbuild/protobuf/wkt';
import { FieldViolations } from '@order-pipeline/platform/rpc/validation';

/** Longest id. */
const ID_MAX = 256;

/** Longest reason of an operator. */
const REASON_MAX = 500;

/** Checks the fields of one request. Call `done` when all were read. */
export class Fields {
  readonly #violations = new FieldViolations();

  /** Throws INVALID_ARGUMENT with every violation. */
  done(): void {
    this.#violations.throwIfAny();
  }

  /** Notes a violation. The description completes "field …". */
  violate(field: string, description: string): void {
    this.#violations.add(field, description);
  }

  /** An id. */
  id(field: string, value: string): string {
    if (value === '' || value.length > ID_MAX) this.violate(field, `must have 1 to ${ID_MAX} characters`);
    return value;
  }

  /** An operator's words. */
  reason(field: string, value: string): string {
    const reason = value.trim();
    if (reason === '' || reason.length > REASON_MAX)
      this.violate(field, `must have 1 to ${REASON_MAX} characters`);
    return reason;
  }

  /** A number within bounds; 0 means the default. */
  number(field: string, value: number, fallback: number, min: number, max: number): number {
    if (value === 0) return fallback;
    if (!(value >= min && value <= max)) this.violate(field, `must be from ${min} to ${max}`);
    return value;
  }

  /** Seconds, 0 included. */
  seconds(field: string, value: number, max: number): number {
    if (value < 0 || value > max) this.violate(field, `must be from 0 to ${max}`);
    return value;
  }

  /** An amount or quantity, 0 included. */
  amount(field: string, value: bigint): number {
    if (value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER))
      this.violate(field, 'must be a whole number of 0 or more');
    return Number(value);
  }
}

/** Returns epoch milliseconds; undefined when the field is not set. */
export function toMs(timestamp: Timestamp | undefined): number | undefined {
  return timestamp && timestampMs(timestamp);
}

/** Returns a timestamp; undefined for an unknown time. */
export function toTimestamp(ms: number | undefined): Timestamp | undefined {
  return ms === undefined || Number.isNaN(ms) ? undefined : timestampFromMs(ms);
}

/** Returns the text of a page token; empty when there is no next page. */
export function encodePageToken(token: unknown): string {
  return token === undefined ? '' : Buffer.from(JSON.stringify(token)).toString('base64url');
}

/** Returns what a page token holds; undefined for the first page and for a text that is none. */
export function decodePageToken(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    return undefined;
  }
}
