/** operations.v1.LocalLabService. */
import { setTimeout as sleep } from 'node:timers/promises';
import { create } from '@bufbuild/protobuf';
import type { ServiceImpl } from '@connectrpc/connect';
import {
  Fault,
  type FaultState,
  FaultStateSchema,
  type LocalLabService,
  Outcome,
  type PlaceOrdersRequest,
} from '@order-pipeline/contracts/gen/operations/v1/local_lab_pb';
import type { StackFault, StackFaultState } from '@order-pipeline/contracts/stack-control';
import type { Clock } from '@order-pipeline/platform/clock';
import type { StackFaults } from '../lab/faults.js';
import type { Laboratory, LabPlaced } from '../lab/laboratory.js';
import type { Judge, Verdict } from '../lab/verdict.js';
import { createPace } from '../operator/pace.js';
import { translated } from './errors.js';
import { Fields, toTimestamp } from './fields.js';

/** Dependencies of the service. */
export interface LabDeps {
  readonly laboratory: Laboratory;
  readonly faults: StackFaults;
  readonly judge: Judge;
  readonly clock: Clock;
}

/** Orders that are being placed at a time. */
const CONCURRENCY = 16;

/** Time between two progress messages and between two verdicts, in milliseconds. */
const PROGRESS_MS = 100;
const VERDICT_MS = 1_000;

const STACK_FAULTS: Readonly<Partial<Record<Fault, StackFault>>> = {
  [Fault.KILL_PROCESSOR]: 'kill-processor',
  [Fault.KILL_SCORING]: 'kill-scoring',
  [Fault.STOP_REDIS]: 'stop-redis',
  [Fault.SLOW_PAYMENTS]: 'slow-payments',
};

/** Creates the service. */
export function createLabService(deps: LabDeps): ServiceImpl<typeof LocalLabService> {
  const { laboratory, faults, clock } = deps;
  const duplicates = () => toDuplicates(laboratory, clock());
  return {
    placeOrders: (request, { signal }) => placeOrders(deps, request, signal),
    listFaults: () =>
      translated(async () => {
        const states = await faults.list();
        return { faults: [...toStackFaults(states), duplicates()] };
      }),
    injectFault: ({ fault, durationSeconds, stop }) => {
      const fields = new Fields();
      const seconds = fields.number('duration_seconds', durationSeconds, 10, 1, 120);
      const stackFault = STACK_FAULTS[fault];
      if (stackFault === undefined && fault !== Fault.DUPLICATE_DELIVERIES)
        fields.violate('fault', 'must be one of the faults');
      fields.done();
      return translated(async () => {
        if (stackFault === undefined) {
          laboratory.duplicateUntil(stop ? 0 : clock() + seconds * 1_000);
          return { fault: duplicates() };
        }
        const states = toStackFaults(await faults.inject(stackFault, seconds * 1_000, stop));
        return { fault: states.find((state) => state.fault === fault) };
      });
    },
    watchVerdict: async function* (_, { signal }) {
      let before = '';
      while (!signal.aborted) {
        const verdict = await translated(() => deps.judge.judge());
        const message = toVerdict(verdict);
        const text = JSON.stringify({ ...message, at: 0 });
        // An unchanged verdict is sent again every ten seconds, so that a reader knows that the check is running.
        if (text !== before || verdict.at % 10_000 < VERDICT_MS) yield message;
        before = text;
        await sleep(VERDICT_MS, undefined, { signal }).catch(() => undefined);
      }
    },
  };
}

async function* placeOrders(
  { laboratory, clock }: LabDeps,
  request: PlaceOrdersRequest,
  signal: AbortSignal,
) {
  const { outcome } = request;
  const fields = new Fields();
  if (outcome === Outcome.UNSPECIFIED) fields.violate('outcome', 'must be set');
  const count = fields.number('count', request.count, 1, 1, 10_000);
  const rate = fields.number('rate', request.rate, 1_000, Number.MIN_VALUE, 1_000);
  fields.done();
  const stock = await translated(() => laboratory.readStock());
  const pace = createPace(rate, {
    clock,
    sleep: (ms, stop) => sleep(ms, undefined, { signal: stop }).catch(() => undefined),
    signal,
  });
  const progress = { placed: [] as LabPlaced[], accepted: 0, refused: 0, problem: '' };
  let started = 0;
  const worker = async () => {
    while (started < count && !signal.aborted) {
      started += 1;
      await pace();
      if (signal.aborted) return;
      try {
        progress.placed.push(await laboratory.place(outcome, stock, signal));
        progress.accepted += 1;
      } catch (error) {
        progress.refused += 1;
        progress.problem = error instanceof Error ? error.message : String(error);
      }
    }
  };
  let done = false;
  const all = Promise.all(Array.from({ length: Math.min(CONCURRENCY, count) }, worker)).finally(() => {
    done = true;
  });
  all.catch(() => undefined);
  while (!done && !signal.aborted) {
    await Promise.race([all, sleep(PROGRESS_MS)]);
    if (!done) yield toProgress(progress, false);
  }
  await all;
  yield toProgress(progress, true);
}

function toProgress(
  progress: {
    placed: LabPlaced[];
    readonly accepted: number;
    readonly refused: number;
    readonly problem: string;
  },
  finished: boolean,
) {
  const placed = progress.placed.splice(0);
  return {
    placed: placed.map(({ order_id, outcome, poll_url, requestId }) => ({
      orderId: order_id,
      outcome,
      pollUrl: poll_url,
      requestId,
    })),
    accepted: progress.accepted,
    refused: progress.refused,
    problem: progress.problem,
    finished,
  };
}

function toStackFaults(states: readonly StackFaultState[]): FaultState[] {
  return Object.entries(STACK_FAULTS).map(([key, name]) => {
    const state = states.find(({ fault }) => fault === name);
    return create(FaultStateSchema, {
      fault: Number(key) as Fault,
      active: state?.until !== undefined,
      until: toTimestamp(state?.until),
      injections: state?.injections ?? 0,
      available: state?.available ?? false,
      detail: state?.detail ?? 'This service was not started by npm start.',
    });
  });
}

function toDuplicates(laboratory: Laboratory, now: number): FaultState {
  const { until, count } = laboratory.duplicates;
  const active = until > now;
  return create(FaultStateSchema, {
    fault: Fault.DUPLICATE_DELIVERIES,
    active,
    until: active ? toTimestamp(until) : undefined,
    injections: count,
    available: true,
    detail: count === 0 ? '' : `${count} messages were sent twice.`,
  });
}

function toVerdict({ at, accepted, final, open, deadLetters, findings, statuses }: Verdict) {
  const countOf = (...kinds: readonly string[]) => findings.filter(({ kind }) => kinds.includes(kind)).length;
  return {
    at: toTimestamp(at),
    accepted,
    final,
    open,
    deadLetters,
    lost: countOf('lost'),
    doubleCharged: countOf('double-charged', 'mischarged'),
    oversold: countOf('oversold'),
    findings: findings.slice(0, 100).map(({ kind, subject, detail }) => `${kind}: ${subject} ${detail}`),
    statuses: [...statuses].map(([status, count]) => ({ status, count })),
  };
}
