import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createRoot } from 'react-dom/client';
import { isConnectionError, isSessionError } from './api/errors.js';
import { reportSessionEnd } from './api/session.js';
import { App } from './app.js';
import './styles/fonts.css';
import './styles/tokens.css';
import './styles/base.css';
import './styles/layout.css';
import './styles/controls.css';
import './styles/pages.css';
import 'uplot/dist/uPlot.min.css';

const onError = (error: unknown) => {
  if (isSessionError(error)) reportSessionEnd();
};

const queries = new QueryClient({
  queryCache: new QueryCache({ onError }),
  defaultOptions: {
    queries: {
      retry: (failures, error) => failures < 1 && isConnectionError(error),
      retryDelay: 500,
      staleTime: 1_000,
    },
    mutations: { onError },
  },
});

const root = document.getElementById('root');
if (root)
  createRoot(root).render(
    <QueryClientProvider client={queries}>
      <App />
    </QueryClientProvider>,
  );
