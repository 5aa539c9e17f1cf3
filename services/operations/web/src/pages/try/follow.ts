/** Follows an order by the API's own event stream, as a shop's page would. */
import { useEffect, useState } from 'react';

/** One event of the stream. */
export interface FollowedEvent {
  readonly status: string;
  readonly reason: string;
  /** Epoch milliseconds at which it arrived. */
  readonly at: number;
}

/** State of following. */
export interface Following {
  readonly events: readonly FollowedEvent[];
  readonly state: 'open' | 'ended' | 'broken';
}

/** Opens the event stream of an order while the component is shown. */
export function useFollow(pollUrl: string): Following {
  const [following, setFollowing] = useState<Following>({ events: [], state: 'open' });
  useEffect(() => {
    const url = new URL(pollUrl);
    url.pathname += '/events';
    const source = new EventSource(url);
    const take = ({ data }: MessageEvent<string>) => {
      const { status = '', reason = '' } = JSON.parse(data) as { status?: string; reason?: string };
      const isFinal = status !== 'PENDING' && status !== 'PROCESSING';
      if (isFinal) source.close();
      setFollowing(({ events }) => ({
        events: [...events, { status, reason, at: Date.now() }],
        state: isFinal ? 'ended' : 'open',
      }));
    };
    source.addEventListener('status', take);
    source.addEventListener('error', () => {
      if (source.readyState === EventSource.CLOSED) setFollowing((now) => ({ ...now, state: 'broken' }));
    });
    return () => source.close();
  }, [pollUrl]);
  return following;
}
