/** The dead letters, read again when their number changes. */
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { operations } from '../../api/clients.js';
import { usePipeline } from '../../api/pipeline-feed.js';
import { useRedrive } from './redrive-run.js';

/** Dead letters that are read at most. */
export const LIMIT = 1_000;
/** Changes of the count within this time cause one read, in milliseconds: reading hides messages for a moment. */
const SETTLE_MS = 1_500;
/** Interval of reads while the list and the count differ, in milliseconds: a read may miss what another one hides. */
const DIFFERS_MS = 5_000;

/** Reads the dead letters of a reason; of every reason when it is empty. */
export function useDeadLetters(reason: string) {
  const { live, latest } = usePipeline();
  const isRedriving = useRedrive()?.state === 'running';
  const count = latest?.deadLetters;
  const list = useQuery({
    queryKey: ['dead-letters', reason],
    queryFn: ({ signal }) => operations.listDeadLetters({ limit: LIMIT, reason }, { signal }),
    // A redrive reads the same messages.
    enabled: !isRedriving,
    refetchInterval: ({ state: { data } }) =>
      count === undefined || data === undefined || data.total === count ? false : DIFFERS_MS,
  });
  const { data, refetch } = list;
  const isCurrent = count === undefined || data === undefined || count === data.total;
  // Each change of the count asks once, soon.
  useEffect(() => {
    if (isCurrent || isRedriving) return;
    const timer = setTimeout(() => void refetch(), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [count, isCurrent, isRedriving]);
  return { list, live, count: count ?? data?.total };
}
