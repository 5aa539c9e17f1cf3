/** The security schemes of the API, under the names that tsoa's `@Security` uses. */
import type { Request, Response } from 'express';
import type { Caller } from './auth/caller.js';
import { ProblemError } from './http/problem.js';
import { type SignedParameters, verifyOrder } from './orders/poll-url.js';
import { servicesOf } from './services.js';

/** The fields of a signed URL's query. */
const SIGNED_FIELDS = ['expires', 'key_id', 'signature', 'fingerprint'] as const;

/**
 * Authenticates a request, or throws a ProblemError. The name is the one that tsoa's routes import. Routes of one order
 * take a signed URL or a token: a query with any field of a signed URL is checked as one, even when a token comes with it.
 * tsoa calls this once for each scheme of a route; the result is the same.
 */
export function expressAuthentication(
  request: Request,
  _scheme: string,
  _scopes: unknown,
  { locals }: Response,
): Promise<Caller | undefined> {
  const proof = (locals.proof as Promise<Caller | undefined> | undefined) ?? authenticate(request);
  locals.proof = proof;
  return proof;
}

async function authenticate(request: Request): Promise<Caller | undefined> {
  const isSigned =
    request.params.order_id !== undefined && SIGNED_FIELDS.some((field) => field in request.query);
  if (!isSigned) return servicesOf(request).authenticate(request);
  requireSignature(request);
  return undefined;
}

function requireSignature(request: Request): void {
  const { urlSigningKeys, clock } = servicesOf(request);
  const { order_id } = request.params;
  const { expires, key_id, signature, fingerprint } = request.query;
  const given =
    [order_id, expires, key_id, signature].every((value) => typeof value === 'string') &&
    (fingerprint === undefined || typeof fingerprint === 'string');
  const verdict = given
    ? verifyOrder(
        urlSigningKeys.current,
        order_id as string,
        { expires, key_id, signature, fingerprint } as SignedParameters,
        clock(),
      )
    : 'forged';
  if (verdict === 'expired')
    throw new ProblemError(
      'expiredUrl',
      'This URL has expired. The owner of its order can still read it by its id with an access token.',
    );
  if (verdict === 'forged') throw new ProblemError('forbidden', 'This URL was not signed here.');
}
