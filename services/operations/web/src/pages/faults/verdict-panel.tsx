/** The verdict: what was promised, counted. */
import type { WatchVerdictResponse } from '@order-pipeline/contracts/gen/operations/v1/local_lab_pb';
import { formatCount, withNoun } from '../../format/number.js';
import { toneOfStatus, toWords } from '../../format/words.js';
import { Icon } from '../../ui/icons.js';
import { Sparkline } from '../../ui/sparkline.js';

/** Findings shown at once: more would move the faults off the screen. */
const SHOWN_FINDINGS = 5;

/** Shows the counts, the three zeros, and what the checker found. */
export function Verdict({ verdict, open }: { verdict: WatchVerdictResponse; open: readonly number[] }) {
  const { accepted, final, lost, doubleCharged, oversold, findings, statuses, deadLetters } = verdict;
  const isKept = lost + doubleCharged + oversold === 0 && findings.length === 0;
  return (
    <section className="card verdict" aria-label="Verdict">
      <div className={`verdict-line tone-${isKept ? 'ok' : 'danger'}`} role="status">
        <Icon name={isKept ? 'check' : 'alert'} />
        <strong>{toVerdict(verdict, isKept)}</strong>
      </div>
      <dl className="figures">
        <Figure label="Accepted" value={accepted} />
        <Figure label="Final" value={final} />
        <div className="figure">
          <dt>Open</dt>
          <dd data-figure="open">{formatCount(verdict.open)}</dd>
          <Sparkline values={open} />
        </div>
        <Figure label="Lost" value={lost} mustBeZero />
        <Figure label="Charged wrongly" value={doubleCharged} mustBeZero />
        <Figure label="Oversold" value={oversold} mustBeZero />
      </dl>
      {(statuses.length > 0 || deadLetters > 0) && (
        <ul className="toolbar statuses" aria-label="Orders by status">
          {statuses
            .toSorted((one, two) => two.count - one.count)
            .map(({ status, count }) => (
              <li key={status} className={`chip tone-${toneOfStatus(status)}`}>
                {formatCount(count)} {toWords(status).toLowerCase()}
              </li>
            ))}
          {deadLetters > 0 && <li className="chip tone-danger">{withNoun(deadLetters, 'dead letter')}</li>}
        </ul>
      )}
      {findings.slice(0, SHOWN_FINDINGS).map((finding) => (
        <p key={finding} className="banner tone-danger">
          {finding}
        </p>
      ))}
      {findings.length > SHOWN_FINDINGS && (
        <p className="banner tone-danger">
          And {withNoun(findings.length - SHOWN_FINDINGS, 'more finding')}.
        </p>
      )}
    </section>
  );
}

function Figure({
  label,
  value,
  mustBeZero = false,
}: {
  label: string;
  value: number;
  mustBeZero?: boolean;
}) {
  const tone = mustBeZero ? ` must-be-zero tone-${value === 0 ? 'ok' : 'danger'}` : '';
  return (
    <div className={`figure${tone}`}>
      <dt>{label}</dt>
      <dd data-figure={label.toLowerCase()}>{formatCount(value)}</dd>
    </div>
  );
}

function toVerdict({ accepted, open, deadLetters }: WatchVerdictResponse, isKept: boolean): string {
  if (!isKept) return 'The promise is broken';
  if (accepted === 0) return 'No orders yet: let some flow';
  if (open === 0 && deadLetters > 0) return 'The promise holds; dead letters wait for an operator';
  return open === 0
    ? 'Every accepted order has exactly one outcome'
    : 'The promise holds; orders are in progress';
}
