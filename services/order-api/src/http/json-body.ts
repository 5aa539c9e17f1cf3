/** Reads JSON bodies, and nothing else. */
import { isUtf8 } from 'node:buffer';
import { bindWork } from '@order-pipeline/platform/work';
import type { RequestHandler } from 'express';
import { isPlainJson } from './plain-json.js';
import { MAX_FIELD_PROBLEMS, ProblemError } from './problem.js';
import { readBody } from './read-body.js';
import { findJsonFlaws } from './strict-json.js';
import { toFieldProblem } from './to-problem.js';

/** Largest body in bytes. */
const BODY_MAX_BYTES = 65_536;

/** RFC 8259: JSON is UTF-8, with or without a charset parameter. */
const JSON_TYPE = /^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;

/**
 * Parses the body of a request; a request without one has an empty object, so that its missing fields are named. The body must be unambiguous: numbers that a
 * double cannot hold and keys that are given twice are rejected.
 *
 * @throws {ProblemError} `wrongMediaType`, `malformed`, or `invalid` with the fields that are flawed.
 */
export const jsonBody: RequestHandler = (request, _response, next) => {
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
  if (!hasBody) {
    request.body = {};
    return next();
  }
  // The end of a body is an event of the connection: what follows belongs to the request again.
  readBody(
    request,
    BODY_MAX_BYTES,
    bindWork((problem: ProblemError | undefined, bytes: Buffer | undefined) => {
      if (problem) return next(problem);
      try {
        request.body = bytes && bytes.length > 0 ? parseBody(bytes) : {};
      } catch (error) {
        return next(error);
      }
      next();
    }),
  );
};

function parseBody(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw new ProblemError('wrongMediaType', 'The body must be UTF-8.');
  const text = bytes.toString();
  const value = parse(text);
  if (typeof value !== 'object' || value === null) throw notAnObject();
  if (isPlainJson(text, value)) return value;
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
