/** Reads JSON bodies, and nothing else. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { isUtf8 } from 'node:buffer';
import express, { type RequestHandler } from 'express';
import { MAX_FIELD_PROBLEMS, ProblemError } from './problem.js';
import { findJsonFlaws } from './strict-json.js';
import { toFieldProblem } from './to-problem.js';

/** Largest body in bytes. */
export const BODY_MAX_BYTES = 65_536;

const read = express.raw({ limit: BODY_MAX_BYTES, inflate: false, type: () => true });

/** RFC 8259: JSON is UTF-8, whether that is said or not. */
const JSON_TYPE = /^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;

/**
 * Parses the body of a request; a request without one has an empty object, so that its missing fields are named. The body must mean what it says: numbers that a
 * double cannot hold and keys that are given twice are rejected.
 *
 * @throws {ProblemError} `wrongMediaType`, `malformed`, or `invalid` with the fields that are flawed.
 */
export const jsonBody: RequestHandler = (request, response, next) => {
  const {
    'content-type': type = '',
    'content-length': length,
    'transfer-encoding': chunked,
  } = request.headers;
  const hasBody = chunked !== undefined || (length !== undefined && length !== '0');
  if (hasBody && !JSON_TYPE.test(type))
    throw new ProblemError('wrongMediaType', 'Send the body as application/json in UTF-8.', {
      headers: { Accept: 'application/json' },
    });
  // The end of a body is an event of the connection: what follows belongs to the request again.
  const proceed = AsyncLocalStorage.bind((error?: unknown) => {
    if (error) return next(error);
    try {
      const bytes: unknown = request.body;
      request.body = Buffer.isBuffer(bytes) && bytes.length > 0 ? parseBody(bytes) : {};
    } catch (problem) {
      return next(problem);
    }
    next();
  });
  read(request, response, proceed);
};

function parseBody(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw new ProblemError('wrongMediaType', 'The body must be UTF-8.');
  const text = bytes.toString();
  const value = parse(text);
  if (typeof value !== 'object' || value === null) throw notAnObject();
  const errors = findJsonFlaws(text, MAX_FIELD_PROBLEMS).map(({ path, detail }) =>
    toFieldProblem(`body.${path}`, detail),
  );
  if (errors.length > 0)
    throw new ProblemError('invalid', 'The body does not mean what it says.', { errors });
  return value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw notAnObject(cause);
  }
}

function notAnObject(cause?: unknown): ProblemError {
  return new ProblemError('malformed', 'The body is not a JSON object.', { cause });
}
