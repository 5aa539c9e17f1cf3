/** Translates every thrown error to the problem that the client sees. */
import { StoreUnavailableError } from '@order-pipeline/platform/dynamo/errors';
import { ValidateError } from '@tsoa/runtime';
import { QueueUnavailableError } from '../order-errors.js';
import { describeViolation } from './describe-violation.js';
import { type FieldProblem, MAX_FIELD_PROBLEMS, ProblemError } from './problem.js';

/** Delay before a client should try a dependency again, in seconds. */
const RETRY_AFTER = { headers: { 'Retry-After': '1' } };

/** Translates an error to a problem. Unexpected errors become 500 and reveal nothing internal. */
export function toProblem(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof ValidateError) return toFieldProblems(error);
  if (error instanceof QueueUnavailableError)
    return new ProblemError(
      'unavailable',
      'Orders cannot be taken right now. Nothing was ordered by this request.',
      {
        ...RETRY_AFTER,
        cause: error,
      },
    );
  if (error instanceof StoreUnavailableError)
    return new ProblemError('unavailable', 'Orders cannot be read or changed right now.', {
      ...RETRY_AFTER,
      cause: error,
    });
  return fromFramework(error) ?? new ProblemError('internal', 'Something went wrong here.', { cause: error });
}

/** The errors of express, which carry a status. */
function fromFramework(error: unknown): ProblemError | undefined {
  if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number') return undefined;
  if (error.status < 400 || error.status > 499) return undefined;
  return new ProblemError('malformed', 'The request could not be read.', { cause: error });
}

function toFieldProblems(error: ValidateError): ProblemError {
  const fields = Object.entries(error.fields);
  const errors = fields
    .slice(0, MAX_FIELD_PROBLEMS)
    .map(([path, { message }]) => toFieldProblem(path, message));
  const count = fields.length === 1 ? '1 field is' : `${fields.length} fields are`;
  return new ProblemError('invalid', `${count} not valid.`, { errors });
}

const MAX_CHARACTERS = 512;

/** Locations of fields outside a body. */
const PLACES: Readonly<Record<string, FieldProblem['in']>> = {
  order_id: 'path',
  expires: 'query',
  key_id: 'query',
  signature: 'query',
  fingerprint: 'query',
  cursor: 'query',
  limit: 'query',
  status: 'query',
  created_after: 'query',
  created_before: 'query',
  'Idempotency-Key': 'header',
  Prefer: 'header',
  'If-None-Match': 'header',
  'Last-Event-ID': 'header',
};

/** Returns a field's problem. The validator names a field `body.amount`, or `items.$0.sku` inside a list. */
export function toFieldProblem(path: string, message: string): FieldProblem {
  const detail = describeViolation(message).slice(0, MAX_CHARACTERS);
  const place = PLACES[path];
  if (place) return { in: place, field: path, detail };
  const field = path.replace(/^body(\.|$)/, '').replace(/\.\$(?=\d)/g, '.');
  return { in: 'body', field: field.slice(0, MAX_CHARACTERS), detail };
}
