/** Requests of the accept scenario. */
import { randomUUID } from 'node:crypto';
import { toRequest } from '../load/http-connection.js';
import { toOrderBody } from '../load/orders.js';
import { signToken } from './tokens.js';

/** Variation of requests. */
export interface RequestShape {
  /** Users, each with one token. A token is cold when it was never seen before. */
  readonly tokens: 'warm' | 'cold';
  /** With a fresh Idempotency-Key in each request. */
  readonly keys: boolean;
}

const WARM_USERS = 64;
let users = 0;

/** Returns a function that makes the next request. Cold tokens are signed ahead: `count` of them. */
export function prepareRequests({ tokens, keys }: RequestShape, count: number): () => Buffer {
  const userCount = tokens === 'warm' ? WARM_USERS : count;
  const prepared = Array.from({ length: userCount }, () => {
    users += 1;
    const userId = tokens === 'warm' ? `user-${users % WARM_USERS}` : `cold-${users}`;
    const body = JSON.stringify(toOrderBody(users, 1, userId));
    return { authorization: `Bearer ${warmToken(tokens, userId)}`, body };
  });
  let next = 0;
  const toNext = ({ authorization, body }: (typeof prepared)[number]) =>
    toRequest(
      'POST',
      '/orders',
      {
        authorization,
        'content-type': 'application/json',
        ...(keys && { 'idempotency-key': randomUUID() }),
      },
      body,
    );
  const ready = keys ? undefined : prepared.map(toNext);
  return () => {
    const index = next % userCount;
    next += 1;
    const order = prepared[index];
    return ready?.[index] ?? (order ? toNext(order) : Buffer.alloc(0));
  };
}

const warm = new Map<string, string>();

function warmToken(tokens: RequestShape['tokens'], userId: string): string {
  if (tokens === 'cold') return signToken(userId);
  const token = warm.get(userId) ?? signToken(userId);
  warm.set(userId, token);
  return token;
}
