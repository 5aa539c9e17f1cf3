/** Authorizations that are open at the payment provider, compared with the ledger by the payment service. */
import { timestampFromMs, timestampMs } from '@bufbuild/protobuf/wkt';
import type { CallOptions } from '@connectrpc/connect';
import { AuthorizationMatch } from '@order-pipeline/contracts/gen/payment/v1/payment_pb';
import type { Scoring } from '@order-pipeline/order-protocol/scoring';
import type { Finding } from './decide.js';

/** Authorizations of one call. */
const PAGE_SIZE = 50;

/** Time limit of one page with all its retries, in milliseconds. */
const PAGE_BUDGET_MS = 15_000;

const MATCHES: Readonly<Record<AuthorizationMatch, Finding['match']>> = {
  [AuthorizationMatch.UNSPECIFIED]: undefined,
  [AuthorizationMatch.COUNTED]: undefined,
  [AuthorizationMatch.STRAY]: 'stray',
  [AuthorizationMatch.DIFFERS]: 'differs',
};

/** Selection of the authorizations to compare. */
export interface SweepOptions {
  /** Epoch milliseconds. */
  readonly before: number;
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
}

/**
 * Returns the findings page by page. Authorizations that the ledger does not count on are voided as they are found,
 * unless this is a dry run.
 */
export async function* sweepAuthorizations(
  { payment }: Scoring,
  { before, dryRun, signal }: SweepOptions,
): AsyncGenerator<readonly Finding[]> {
  let pageToken = '';
  do {
    const call: CallOptions = { signal, timeoutMs: PAGE_BUDGET_MS };
    const request = { authorizedBefore: timestampFromMs(before), pageSize: PAGE_SIZE, pageToken, dryRun };
    const page = await payment.client.sweepAuthorizations(request, call);
    yield page.authorizations.map(({ orderId, authorizedAt, match }) => {
      const found = MATCHES[match];
      return {
        kind: 'authorization',
        orderId,
        ...(authorizedAt && { since: timestampMs(authorizedAt) }),
        ...(found && { match: found }),
      };
    });
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
}
