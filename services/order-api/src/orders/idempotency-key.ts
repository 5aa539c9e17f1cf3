/** The Idempotency-Key header field (draft-ietf-httpapi-idempotency-key-header). */
import { ProblemError } from '../http/problem.js';

const MAX_CHARACTERS = 255;

/** Printable ASCII without quotes and backslash, plain or in double quotes. */
const KEY = /^(?:"([ !#-[\]-~]+)"|([!#-[\]-~]+))$/;

/** The key that a field value names; quotes do not belong to it. Throws ProblemError invalid. */
export function parseIdempotencyKey(value: string): string {
  const [, quoted, bare] = KEY.exec(value) ?? [];
  const key = quoted ?? bare;
  if (key !== undefined && key.length <= MAX_CHARACTERS) return key;
  const detail = `must be 1 to ${MAX_CHARACTERS} printable ASCII characters, with or without double quotes around them`;
  throw new ProblemError('invalid', 'The Idempotency-Key is not valid.', {
    errors: [{ in: 'header', field: 'Idempotency-Key', detail }],
  });
}
