/** Assignment of requests to quotas. */
import type { RequestHandler, Response } from 'express';
import { ProblemError } from '../http/problem.js';
import { servicesOf } from '../services.js';
import { type QuotaState, tightest } from './policy.js';

/** Calls with a bearer token count for their caller. Runs after authentication. */
export const limitCaller: RequestHandler = async (request, response, next) => {
  const state = await servicesOf(request).quotas.calls.consume(request.user?.user_id ?? '');
  enforceQuota(response, state);
  next();
};

/** Logins count for the address that they come from. */
export const limitAddress: RequestHandler = async (request, response, next) => {
  const state = await servicesOf(request).quotas.logins.consume(`address:${request.ip}`);
  enforceQuota(response, state);
  next();
};

/** Calls to routes that need no proof count for the address that they come from. */
export const limitOpen: RequestHandler = async (request, response, next) => {
  const state = await servicesOf(request).quotas.open.consume(request.ip ?? '');
  enforceQuota(response, state);
  next();
};

/**
 * Counts calls with a signed URL for its order, and those with a token for their caller: no caller can exhaust the
 * quota of another's order. Runs after authentication.
 */
export const limitOrder: RequestHandler = async (request, response, next) => {
  if (request.user) return limitCaller(request, response, next);
  const state = await servicesOf(request).quotas.polls.consume(String(request.params.order_id));
  enforceQuota(response, state);
  next();
};

/**
 * Keeps the tightest of the quotas that the request counted against so far for the header fields of its response.
 * @throws {ProblemError} `quotaExceeded` when the quota is exhausted
 */
export function enforceQuota(response: Response, counted: QuotaState): void {
  const before = response.locals.quota as QuotaState | undefined;
  const state = before ? tightest([before, counted]) : counted;
  response.locals.quota = state;
  if (state.allowed) return;
  const { quota, windowSeconds } = state.policy;
  throw new ProblemError('quotaExceeded', `More than ${quota} requests in ${windowSeconds} seconds.`, {
    headers: { 'Retry-After': String(Math.max(1, state.resetSeconds)) },
  });
}
