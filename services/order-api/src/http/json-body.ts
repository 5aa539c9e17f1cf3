/** Reads JSON bodies, and nothing else. */
import express, { type RequestHandler } from 'express';
import { ProblemError } from './problem.js';

/** Bytes of a body at most. */
export const BODY_MAX_BYTES = 65_536;

const parse = express.json({ limit: BODY_MAX_BYTES, inflate: false, type: () => true });

/** RFC 8259: JSON is UTF-8, whether that is said or not. */
const JSON_TYPE = /^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;

/** Parses the body of a request; a request without one goes on without. Throws ProblemError wrongMediaType. */
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
  parse(request, response, next);
};
