/** Reads the API's answers to a POST. */
import { type AcceptedOrder, ApiProblemError } from '../api-client.js';
import type { PostOutcome } from './history.js';

/** The members of a problem document that say what became of an order. */
interface Problem {
  readonly type?: string;
  readonly detail?: string;
  readonly order_id?: string;
  readonly poll_url?: string;
}

const NOTHING_ORDERED = /nothing was ordered/i;

/** Returns the outcome of a POST that was accepted. */
export function toAccepted({ order_id, poll_url }: AcceptedOrder): PostOutcome {
  return { kind: 'accepted', order_id, poll_url };
}

/** Returns the outcome of a POST that failed: refused where the answer says that nothing was ordered. */
export function toOutcome(error: unknown): PostOutcome {
  if (!(error instanceof ApiProblemError))
    return { kind: 'unknown', because: error instanceof Error ? error.message : String(error) };
  const { type = '', detail = '', order_id, poll_url } = error.body as Problem;
  if (error.status < 500 || NOTHING_ORDERED.test(detail))
    return { kind: 'refused', status: error.status, type, detail };
  return { kind: 'unknown', because: type, ...(order_id && { order_id }), ...(poll_url && { poll_url }) };
}

/** Returns the last part of a problem's type, such as `order-not-placed`; its status where it has no type of its own. */
export function problemNameOf(error: ApiProblemError): string {
  const { type = 'about:blank' } = error.body as Problem;
  return type === 'about:blank' ? String(error.status) : type.slice(type.lastIndexOf(':') + 1);
}
