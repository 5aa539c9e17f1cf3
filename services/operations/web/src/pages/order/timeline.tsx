/** The timeline of an order: every attempt with its steps on a scale, and what happened before, between and after. */
import {
  type Attempt,
  type GetOrderResponse,
  StepKind,
  type TimelineStep,
} from '@order-pipeline/contracts/gen/operations/v1/operations_pb';
import { toMs } from '../../api/times.js';
import { formatDuration } from '../../format/time.js';
import { type Tone, toWords } from '../../format/words.js';
import { Chip } from '../../ui/chip.js';
import { Time } from '../../ui/values.js';
import { layOut, type StepSpan } from './spans.js';

/** Shows attempts and moments in order of time. */
export function Timeline({ order }: { order: GetOrderResponse }) {
  // The settlement ends the order, not an attempt's steps.
  const moments = order.timeline.filter(({ attempt, kind }) => attempt === 0 || kind === StepKind.SETTLED);
  const firstClaim = toMs(order.attempts[0]?.claimedAt) ?? Number.POSITIVE_INFINITY;
  const before = moments.filter(({ at }) => (toMs(at) ?? 0) <= firstClaim);
  const after = moments.filter((step) => !before.includes(step));
  return (
    <section className="card">
      <h2>Timeline</h2>
      <ol className="timeline">
        {before.map((step) => (
          <Moment key={`${step.kind} ${toMs(step.at)}`} step={step} />
        ))}
        {order.attempts.map((attempt) => (
          <AttemptCard key={attempt.number} attempt={attempt} />
        ))}
        {after.map((step) => (
          <Moment key={`${step.kind} ${toMs(step.at)}`} step={step} />
        ))}
        {order.attempts.length === 0 && <li className="waiting muted">Waits for a worker to claim it.</li>}
      </ol>
    </section>
  );
}

function Moment({ step }: { step: TimelineStep }) {
  return (
    <li className={`moment tone-${toneOf(step)}`}>
      <span className="dot" />
      <span className="moment-text">
        <strong>{labelOf(step)}</strong>
        {step.detail && <span className="muted">{step.detail}</span>}
      </span>
      <Time at={toMs(step.at)} />
    </li>
  );
}

function AttemptCard({ attempt }: { attempt: Attempt }) {
  const { totalMs, spans } = layOut(attempt);
  const isFailed = attempt.error !== '';
  return (
    <li className={`attempt tone-${isFailed ? 'danger' : 'info'}`}>
      <span className="dot" />
      <div className="attempt-head">
        <strong>Attempt {attempt.number}</strong>
        <span className="muted number">{totalMs > 0 && formatDuration(totalMs)}</span>
        <Time at={toMs(attempt.claimedAt)} />
      </div>
      <ol className="steps">
        {spans.map((span) => (
          <Step key={`${span.step.kind} ${toMs(span.step.at)}`} span={span} />
        ))}
      </ol>
      {isFailed && <p className="attempt-error">{attempt.error}</p>}
    </li>
  );
}

function Step({ span: { step, from, length } }: { span: StepSpan }) {
  return (
    <li className={`step tone-${toneOf(step)}`}>
      <span className="step-name">{labelOf(step)}</span>
      <span className="step-track" aria-hidden="true">
        <span
          className="step-bar"
          style={{
            left: `min(${(from * 100).toFixed(2)}%, 100% - 4px)`,
            width: `max(4px, ${(length * 100).toFixed(2)}%)`,
          }}
        />
      </span>
      <span className="step-time number muted">
        {step.durationMs > 0 ? formatDuration(step.durationMs) : ''}
      </span>
      <span className="step-result">
        {step.result && <Chip tone={toneOf(step)}>{toWords(step.result)}</Chip>}
      </span>
      {step.detail && <span className="step-detail muted">{toDetail(step.detail)}</span>}
    </li>
  );
}

/** A reason becomes words; other details are for people already. */
function toDetail(detail: string): string {
  return /^[A-Z_]+$/.test(detail) ? toWords(detail) : detail;
}

const LABELS: Readonly<Record<StepKind, string>> = {
  [StepKind.UNSPECIFIED]: 'Step',
  [StepKind.ACCEPTED]: 'Accepted by the API',
  [StepKind.CLAIMED]: 'Claim',
  [StepKind.RESERVED]: 'Reserve stock',
  [StepKind.SCORED]: 'Score fraud',
  [StepKind.AUTHORIZED]: 'Authorize payment',
  [StepKind.DECIDED]: 'Decide',
  [StepKind.SETTLED]: 'Settle',
  [StepKind.ATTEMPT_FAILED]: 'Attempt failed',
  [StepKind.CANCELLED]: 'Cancelled',
  [StepKind.FAILED]: 'Failed by an operator',
  [StepKind.REFUNDED]: 'Refunded',
};

function labelOf({ kind }: TimelineStep): string {
  return LABELS[kind] ?? LABELS[StepKind.UNSPECIFIED];
}

const BAD_RESULTS: Readonly<Record<string, Tone>> = {
  OUT_OF_STOCK: 'warn',
  UNKNOWN_SKU: 'warn',
  AMOUNT_MISMATCH: 'warn',
  REJECT: 'warn',
  REJECTED: 'warn',
  DECLINED: 'warn',
  AUTHENTICATION_REQUIRED: 'warn',
  FAILED: 'danger',
  CANCELLED: 'neutral',
};

function toneOf({ kind, result }: TimelineStep): Tone {
  if (kind === StepKind.ATTEMPT_FAILED || kind === StepKind.FAILED) return 'danger';
  if (kind === StepKind.ACCEPTED || kind === StepKind.CLAIMED || kind === StepKind.CANCELLED)
    return 'neutral';
  return BAD_RESULTS[result] ?? 'ok';
}
