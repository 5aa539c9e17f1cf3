/** The console: who uses it, its frame, and the page that the address names. */
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { Route, Switch } from 'wouter';
import { operations, setCsrfToken } from './api/clients.js';
import { isSessionError } from './api/errors.js';
import { useSessionEnded } from './api/session.js';
import { ViewerProvider } from './api/viewer.js';
import { DeadLetterPage } from './pages/dead-letters/dead-letter-page.js';
import { DeadLettersPage } from './pages/dead-letters/dead-letters-page.js';
import { FaultsPage } from './pages/faults/faults-page.js';
import { NotFoundPage } from './pages/not-found-page.js';
import { OrderPage } from './pages/order/order-page.js';
import { OrdersPage } from './pages/orders/orders-page.js';
import { OverviewPage } from './pages/overview/overview-page.js';
import { StockPage } from './pages/stock/stock-page.js';
import { TryPage } from './pages/try/try-page.js';
import { SessionEnded } from './ui/session-ended.js';
import { Shell } from './ui/shell.js';
import { Failure, Skeleton } from './ui/states.js';
import { Toasts } from './ui/toasts.js';

/** Time between two tries to reach the service at the start, in milliseconds. */
const RETRY_MS = 2_000;

/** Shows the console once it knows who uses it. */
export function App() {
  const ended = useSessionEnded();
  const {
    data: viewer,
    error,
    refetch,
  } = useQuery({
    queryKey: ['viewer'],
    queryFn: async ({ signal }) => {
      const answer = await operations.getViewer({}, { signal });
      setCsrfToken(answer.csrfToken);
      return answer;
    },
    staleTime: Number.POSITIVE_INFINITY,
    refetchInterval: ({ state }) => (state.data || isSessionError(state.error) ? false : RETRY_MS),
  });
  useEffect(() => {
    document.title = 'Order pipeline';
  }, []);
  if (!viewer)
    return (
      <main className="start">
        {ended ? (
          <SessionEnded />
        ) : error ? (
          <Failure error={error} onRetry={() => void refetch()} />
        ) : (
          <Skeleton label="the console" />
        )}
      </main>
    );
  return (
    <ViewerProvider value={viewer}>
      <Shell>
        <Switch>
          <Route path="/" component={OverviewPage} />
          <Route path="/orders" component={OrdersPage} />
          <Route path="/orders/:id">{({ id }) => <OrderPage key={id} orderId={id} />}</Route>
          <Route path="/dead-letters" component={DeadLettersPage} />
          <Route path="/dead-letters/:id">{({ id }) => <DeadLetterPage key={id} id={id} />}</Route>
          <Route path="/stock" component={StockPage} />
          {viewer.features?.localLab && <Route path="/try" component={TryPage} />}
          {viewer.features?.localLab && <Route path="/faults" component={FaultsPage} />}
          <Route component={NotFoundPage} />
        </Switch>
      </Shell>
      <Toasts />
      {ended && <SessionEnded />}
    </ViewerProvider>
  );
}
