/** Small labels that carry a state. */
import type { ReactNode } from 'react';
import { type Tone, toneOfStatus, toWords } from '../format/words.js';

/** Shows a short text in the colour of its tone. */
export function Chip({ tone, children }: { tone: Tone; children: ReactNode }) {
  return <span className={`chip tone-${tone}`}>{children}</span>;
}

/** Shows an order's status. */
export function StatusChip({ status }: { status: string }) {
  return (
    <span className={`chip tone-${toneOfStatus(status)}`} data-status={status}>
      <span className={`dot${status === 'PROCESSING' ? ' pulse' : ''}`} />
      {toWords(status)}
    </span>
  );
}
