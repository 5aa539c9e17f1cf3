/** Faults: breaks things while orders flow, and shows that no order is lost or charged twice. Local stage only. */
import { type Fault, Outcome } from '@order-pipeline/contracts/gen/operations/v1/local_lab_pb';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { lab } from '../../api/clients.js';
import { describeError } from '../../api/errors.js';
import { useCanChange } from '../../api/viewer.js';
import { Icon } from '../../ui/icons.js';
import { Page } from '../../ui/page.js';
import { Failure, Skeleton, Stale } from '../../ui/states.js';
import { showToast } from '../../ui/toasts.js';
import { placeOrders, stopPlacing, useTraffic } from '../try/traffic.js';
import { FaultCard } from './fault-card.js';
import { useVerdict } from './verdict.js';
import { Verdict } from './verdict-panel.js';

const TRAFFIC = { rate: 20, count: 1_200 };
const FAULT_SECONDS = 10;
const INTERVAL_MS = 1_000;

/** Shows traffic, the verdict, and a card for each fault. */
export function FaultsPage() {
  const canChange = useCanChange();
  const verdict = useVerdict();
  const queries = useQueryClient();
  const faults = useQuery({
    queryKey: ['faults'],
    queryFn: ({ signal }) => lab.listFaults({}, { signal }),
    refetchInterval: INTERVAL_MS,
  });
  const inject = useMutation({
    mutationFn: ({ fault, stop }: { fault: Fault; stop: boolean }) =>
      lab.injectFault({ fault, stop, durationSeconds: FAULT_SECONDS }),
    onError: (error) => showToast('danger', describeError(error).detail),
    onSettled: () => queries.invalidateQueries({ queryKey: ['faults'] }),
  });
  return (
    <Page
      title="Faults"
      documentTitle="Faults"
      live={verdict.live}
      hasData={verdict.latest !== undefined}
      actions={canChange && <Traffic />}
    >
      <p className="lead">
        Let orders flow, then break something. Every accepted order still ends in exactly one outcome, and is
        charged once or not at all: watch the zeros.
      </p>
      {verdict.latest ? (
        <Verdict verdict={verdict.latest} open={verdict.open} />
      ) : verdict.live.kind === 'stale' ? (
        <Failure error={verdict.live.error} />
      ) : (
        <div className="card">
          <Skeleton label="the verdict" rows={4} />
        </div>
      )}
      {faults.isError &&
        (faults.data ? (
          verdict.live.kind !== 'stale' && <Stale since={faults.dataUpdatedAt} error={faults.error} />
        ) : (
          <Failure error={faults.error} onRetry={() => void faults.refetch()} />
        ))}
      {faults.isPending && (
        <div className="card">
          <Skeleton label="faults" rows={6} />
        </div>
      )}
      <ul className="faults">
        {faults.data?.faults.map((state) => (
          <FaultCard
            key={state.fault}
            state={state}
            canInject={canChange}
            isBlocked={inject.isPending}
            onInject={(stop) => inject.mutate({ fault: state.fault, stop })}
          />
        ))}
      </ul>
    </Page>
  );
}

/** Starts and stops a flow of mixed orders. */
function Traffic() {
  const { run } = useTraffic();
  const isFlowing = run !== undefined && !run.isFinished;
  if (isFlowing)
    return (
      <button type="button" className="button" onClick={stopPlacing}>
        Stop the orders ({run.accepted} accepted)
      </button>
    );
  return (
    <button
      type="button"
      className="button primary"
      onClick={() => void placeOrders(Outcome.MIXED, TRAFFIC.count, TRAFFIC.rate)}
    >
      <Icon name="try" size={15} /> Let {TRAFFIC.rate} orders a second flow
    </button>
  );
}
