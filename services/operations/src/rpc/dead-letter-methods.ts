/** The methods about dead letters. */
import {
  Code,
  ConnectError,
  createContextValues,
  type HandlerContext,
  type ServiceImpl,
} from '@connectrpc/connect';
import type {
  OperationsService,
  RedriveDeadLettersRequest,
} from '@order-pipeline/contracts/gen/operations/v1/operations_pb';
import type { OrderRecord } from '@order-pipeline/contracts/orders';
import { openOrders } from '@order-pipeline/order-protocol/order-store';
import type { DeadLetters } from '../dead-letters.js';
import type { DeadLetter } from '../operator/dead-letter.js';
import { failDeadLetter } from '../operator/fail.js';
import { findDeadLetters } from '../operator/find.js';
import { type DeadLetterSelection, isSelected, redriveSelected, toSummary } from '../operator/redrive.js';
import { bodyExcerpt } from '../operator/show-text.js';
import { createCallTools, summarize } from './call-tools.js';
import { toRpcError, translated } from './errors.js';
import { Fields, toMs } from './fields.js';
import { toDeadLetterMessage } from './messages.js';
import { getOrder, type OrderMethodDeps } from './order-methods.js';
import { Progress } from './progress.js';

/** Dependencies of the methods about dead letters. */
export interface DeadLetterMethodDeps extends OrderMethodDeps {
  readonly deadLetters: DeadLetters;
}

type DeadLetterMethods = Pick<
  ServiceImpl<typeof OperationsService>,
  'listDeadLetters' | 'getDeadLetter' | 'redriveDeadLetters' | 'failDeadLetter'
>;

const MAX_LETTERS = 10_000;
const MAX_IDS = 1_000;
const MAX_WAIT_SECONDS = 60;
const MAX_RATE = 1_000;

/** Longest look at the dead-letter queue, in milliseconds. */
const LOOK_TIMEOUT_MS = 30_000;

/** DynamoDB reads 100 items in one call. */
const BATCH_SIZE = 100;

/** Creates the methods. */
export function createDeadLetterMethods(deps: DeadLetterMethodDeps): DeadLetterMethods {
  const { deadLetters } = deps;
  return {
    listDeadLetters: (request, context) => {
      const fields = new Fields();
      const limit = fields.number('limit', request.limit, 100, 1, MAX_LETTERS);
      fields.done();
      const selection = { reason: request.reason || undefined, before: toMs(request.deadLetteredBefore) };
      const filtered = selection.reason !== undefined || selection.before !== undefined;
      const { tools } = createCallTools(deps, context);
      return translated(async () => {
        // A filter has to see every message.
        const { letters, depth } = await deadLetters.list(tools, filtered ? MAX_LETTERS : limit);
        const shown = letters
          .filter((letter) => isSelected(letter, selection))
          .sort((a, b) => a.sentAt - b.sentAt)
          .slice(0, limit);
        const errors = await readLastErrors(deps, shown);
        return {
          deadLetters: shown.map((letter) =>
            toDeadLetterMessage(letter, errors.get(letter.order?.order_id ?? '')),
          ),
          total: Math.max(letters.length, depth.visible + depth.hidden),
          hidden: depth.hidden,
          reasons: countReasons(letters),
        };
      });
    },
    getDeadLetter: ({ id }, context) => {
      const { tools } = createCallTools(deps, context);
      return translated(async () => {
        const letters = await deadLetters.change(tools, () => findDeadLetters(tools, checkId(id)));
        const [letter] = letters;
        const order = letter?.order;
        const errors = await readLastErrors(deps, letters);
        return {
          deadLetters: letters.map((each) =>
            toDeadLetterMessage(each, errors.get(each.order?.order_id ?? '')),
          ),
          order: order && (await getOrder(deps, order.order_id, order.items).catch(ignoreUnclaimed)),
          body: letter && !order ? bodyExcerpt(letter.body) : '',
        };
      });
    },
    redriveDeadLetters: (request, context) => redrive(deps, request, context),
    failDeadLetter: (request, context) => {
      const fields = new Fields();
      const id = fields.id('id', request.id);
      const reason = fields.reason('reason', request.reason);
      const waitMs = fields.seconds('wait_seconds', request.waitSeconds, MAX_WAIT_SECONDS) * 1_000;
      fields.done();
      return summarize(deps, context, request.dryRun, (tools) =>
        deadLetters.change(tools, () => failDeadLetter(tools, { id, reason, waitMs })),
      );
    },
  };
}

async function* redrive(
  deps: DeadLetterMethodDeps,
  request: RedriveDeadLettersRequest,
  context: HandlerContext,
) {
  const { deadLetters } = deps;
  const { selection, rate } = readRedrive(request);
  const { tools } = createCallTools(deps, context, request.dryRun);
  const progress = new Progress({ done: 0, failed: 0 });
  let total = 0;
  const running = deadLetters
    .change(tools, async () => {
      const { visible } = await tools.dlq.depth();
      total = selection.ids?.length ?? visible;
      return redriveSelected(tools, selection, rate, (counts) => progress.set(counts));
    })
    .finally(() => progress.end());
  running.catch(() => undefined);
  for await (const { done, failed } of progress) {
    total = Math.max(total, done + failed);
    yield { total, redriven: done, failed };
  }
  let counts: Awaited<typeof running>;
  try {
    counts = await running;
  } catch (error) {
    throw toRpcError(error);
  }
  const { done, failed } = counts;
  if (selection.ids && done + failed === 0)
    throw new ConnectError('no dead letter has one of these ids', Code.NotFound);
  const summary = toSummary(counts, selection, tools).trim();
  yield { total: done + failed, redriven: done, failed, finished: true, summary };
}

function readRedrive(request: RedriveDeadLettersRequest): {
  readonly selection: DeadLetterSelection;
  readonly rate: number;
} {
  const fields = new Fields();
  const { ids, all, reason } = request;
  const before = toMs(request.deadLetteredBefore);
  if (ids.length > MAX_IDS) fields.violate('ids', `must have at most ${MAX_IDS} entries`);
  if (ids.length > 0 && all) fields.violate('all', 'must not be set with ids');
  if (ids.length === 0 && !all && reason === '' && before === undefined)
    fields.violate('all', 'must be set to redrive without ids, reason or dead_lettered_before');
  const rate = request.rate === 0 ? 10 : request.rate;
  if (!(rate > 0 && rate <= MAX_RATE)) fields.violate('rate', `must be above 0 and up to ${MAX_RATE}`);
  fields.done();
  return {
    selection: { ids: ids.length > 0 ? ids : undefined, reason: reason || undefined, before },
    rate,
  };
}

function checkId(id: string): string {
  const fields = new Fields();
  fields.id('id', id);
  fields.done();
  return id;
}

function countReasons(letters: readonly DeadLetter[]): { reason: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const { reason } of letters) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].map(([reason, count]) => ({ reason, count })).sort((a, b) => b.count - a.count);
}

/** Reads the ids of the orders in the dead-letter queue. */
export async function readDeadLetterOrders(deps: DeadLetterMethodDeps): Promise<ReadonlySet<string>> {
  const values = createContextValues();
  const context = { values, signal: AbortSignal.timeout(LOOK_TIMEOUT_MS) };
  const { tools } = createCallTools(deps, context);
  await deps.deadLetters.list(tools, MAX_LETTERS);
  return deps.deadLetters.orderIds;
}

/** The error of each order's last attempt. What cannot be read is left out. */
async function readLastErrors(
  { system, config }: DeadLetterMethodDeps,
  letters: readonly DeadLetter[],
): Promise<ReadonlyMap<string, string>> {
  const table = openOrders(system.dynamo, config.ordersTable);
  const ids = [...new Set(letters.flatMap(({ order }) => (order ? [order.order_id] : [])))];
  const errors = new Map<string, string>();
  for (let from = 0; from < ids.length; from += BATCH_SIZE) {
    const records: readonly OrderRecord[] = await table
      .getAll(ids.slice(from, from + BATCH_SIZE), { consistent: false })
      .catch(() => []);
    for (const { order_id, timeline = [] } of records) {
      const error = timeline.findLast((attempt) => attempt.error !== undefined)?.error;
      if (error !== undefined) errors.set(order_id, error);
    }
  }
  return errors;
}

/** An order that no worker has claimed has left nothing behind. */
function ignoreUnclaimed(error: unknown): undefined {
  if (!(error instanceof ConnectError) || error.code !== Code.NotFound) throw error;
}
