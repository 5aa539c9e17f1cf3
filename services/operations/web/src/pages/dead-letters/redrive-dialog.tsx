/** Confirms a redrive: shows the count before anything is sent. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { withNoun } from '../../format/number.js';
import { formatAge } from '../../format/time.js';
import { toWords } from '../../format/words.js';
import { Dialog } from '../../ui/dialog.js';
import { Failure } from '../../ui/states.js';
import { countRedrive, type RedriveChoice, startRedrive } from './redrive-run.js';

const RATES = [10, 50, 200, 1_000];
const DEFAULT_RATE = 50;

/** Counts by a dry run, asks for the rate, and starts. */
export function RedriveDialog(props: { choice: RedriveChoice; onClose: () => void; onStart: () => void }) {
  const { choice, onClose, onStart } = props;
  const [rate, setRate] = useState(DEFAULT_RATE);
  const count = useQuery({
    queryKey: ['redrive-count', choice],
    queryFn: ({ signal }) => countRedrive(choice, signal),
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const total = count.data;
  const what = total === undefined ? 'dead letters' : withNoun(total, 'dead letter');
  const submit = () => {
    if (!total) return;
    void startRedrive(choice, total, rate);
    onStart();
    onClose();
  };
  return (
    <Dialog
      title={total === undefined ? 'Counting dead letters…' : `Redrive ${what}?`}
      onClose={onClose}
      onSubmit={submit}
      actions={
        <button type="submit" className="button primary" disabled={!total}>
          Redrive {total ? what : ''}
        </button>
      }
    >
      <p>
        {choice.kind === 'reason' && `All with the reason “${toWords(choice.reason)}”. `}
        They go back to the order queue and are processed like new messages. An order that is already final
        stays as it is, and nobody is charged twice.
      </p>
      <label className="field">
        <span>
          Rate <span className="hint">messages a second</span>
        </span>
        <select className="select" value={rate} onChange={(event) => setRate(Number(event.target.value))}>
          {RATES.map((each) => (
            <option key={each} value={each}>
              {each} a second{total ? `, about ${formatAge(Math.ceil(total / each) * 1_000)}` : ''}
            </option>
          ))}
        </select>
      </label>
      {count.isError && <Failure error={count.error} onRetry={() => void count.refetch()} />}
    </Dialog>
  );
}
