/** The security schemes of the API, under the names that tsoa's `@Security` uses. */
import type { Request } from 'express';
import type { Caller } from './auth/caller.js';
import { ProblemError } from './http/problem.js';
import { type SignedParameters, verifyOrder } from './orders/poll-url.js';
import { servicesOf } from './services.js';

/** Lets a request pass or throws a ProblemError. The name is the one that tsoa's routes import. */
export async function expressAuthentication(request: Request, scheme: string): Promise<Caller | undefined> {
  if (scheme === 'bearer') return servicesOf(request).authenticate(request);
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
      'This URL has expired. Its order can still be found among your own orders.',
    );
  if (verdict === 'forged') throw new ProblemError('forbidden', 'This URL was not signed here.');
}
