/** Checks of request fields that the three services share. Each adds its violations under the field's proto name. */
import { type Timestamp, timestampMs } from '@bufbuild/protobuf/wkt';
import type { FieldViolations } from '@order-pipeline/platform/rpc/validation';

/** Longest id that is taken, in characters: well under DynamoDB's 2048 bytes for a key. */
const ID_LENGTH_MAX = 256;

/** ISO 4217. */
const CURRENCY = /^[A-Z]{3}$/;

/** An id: not empty, and short enough to be a key. */
export function checkId(violations: FieldViolations, field: string, value: string): void {
  if (value === '') violations.add(field, 'must be set');
  else if (value.length > ID_LENGTH_MAX)
    violations.add(field, `must have at most ${ID_LENGTH_MAX} characters`);
}

/** An ISO 4217 currency code. */
export function checkCurrency(violations: FieldViolations, field: string, value: string): void {
  if (!CURRENCY.test(value)) violations.add(field, 'must be an ISO 4217 code, three capital letters');
}

/** A whole number from `min` to `max`. */
export function checkRange(
  violations: FieldViolations,
  field: string,
  value: bigint | number,
  min: number,
  max: number,
): void {
  if (value < min || value > max) violations.add(field, `must be from ${min} to ${max}`);
}

/** An amount of money, at least 1 minor unit and exact as a JavaScript number. */
export function checkAmount(violations: FieldViolations, field: string, value: bigint): void {
  checkRange(violations, field, value, 1, Number.MAX_SAFE_INTEGER);
}

/** A time that must be set. Returns epoch milliseconds, 0 where it is missing. */
export function checkTime(violations: FieldViolations, field: string, value: Timestamp | undefined): number {
  if (value) return timestampMs(value);
  violations.add(field, 'must be set');
  return 0;
}
