/** One fault: what it does, whether it lasts, and how often it was injected. */
import { Fault, type FaultState } from '@order-pipeline/contracts/gen/operations/v1/local_lab_pb';
import { toMs } from '../../api/times.js';
import { formatCount } from '../../format/number.js';
import { Chip } from '../../ui/chip.js';
import { useNow } from '../../ui/use-now.js';

const TEXTS: Readonly<Record<Fault, { title: string; effect: string }>> = {
  [Fault.UNSPECIFIED]: { title: 'Unknown fault', effect: '' },
  [Fault.KILL_PROCESSOR]: {
    title: 'Kill the processor',
    effect:
      'SIGKILL in the middle of its work. Its orders wait until their lease ends; the next one continues.',
  },
  [Fault.KILL_SCORING]: {
    title: 'Kill scoring',
    effect: 'Inventory, fraud and payment vanish. Breakers open, and processing pauses until they are back.',
  },
  [Fault.STOP_REDIS]: {
    title: 'Stop Redis',
    effect: 'Limits are counted in each process, and the console learns of changes later.',
  },
  [Fault.SLOW_PAYMENTS]: {
    title: 'Slow payments',
    effect: 'The payment gateway takes seconds. Calls run into their deadlines and are asked again.',
  },
  [Fault.DUPLICATE_DELIVERIES]: {
    title: 'Deliver messages twice',
    effect: 'Each order arrives at two workers. The claim lets one of them in.',
  },
};

/** Shows the fault with a button that injects or ends it. */
export function FaultCard(props: {
  state: FaultState;
  canInject: boolean;
  isBlocked: boolean;
  onInject: (stop: boolean) => void;
}) {
  const { state, canInject, isBlocked, onInject } = props;
  const { fault, active, until, injections, available, detail } = state;
  const { title, effect } = TEXTS[fault] ?? TEXTS[Fault.UNSPECIFIED];
  const secondsLeft = useSecondsLeft(toMs(until));
  return (
    <li className={`card fault${active ? ' active' : ''}`}>
      <div className="card-head">
        <h2>{title}</h2>
        {active ? (
          <Chip tone="danger">Active{secondsLeft > 0 && `, ${secondsLeft} s left`}</Chip>
        ) : (
          injections > 0 && <span className="muted">{formatCount(injections)} ×</span>
        )}
      </div>
      <p>{effect}</p>
      {detail && <p className="muted">{detail}</p>}
      {canInject && (
        <button
          type="button"
          className={`button${active ? '' : ' danger'}`}
          disabled={isBlocked || !available}
          onClick={() => onInject(active)}
        >
          {active ? 'End now' : 'Inject'}
          <span className="visually-hidden">: {title}</span>
        </button>
      )}
    </li>
  );
}

function useSecondsLeft(until: number | undefined): number {
  const now = useNow(1_000);
  return until === undefined ? 0 : Math.max(0, Math.round((until - now) / 1_000));
}
