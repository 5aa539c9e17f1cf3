/** The HTTP application: common middleware, routes, and error handlers. */
import { addFields } from '@order-pipeline/platform/work';
import express, { type Express } from 'express';
import { createDocsRouter, DOCS_PATHS, loadOpenApi } from './docs/router.js';
import { RegisterRoutes } from './generated/routes.js';
import { createCors } from './http/cors.js';
import { toDirectRoute } from './http/direct-route.js';
import { createFallback, toRouteTable } from './http/fallback.js';
import { type MessageTypes, useMessageTypes } from './http/message-types.js';
import { createRequestContext } from './http/request-context.js';
import { addCommonHeaders } from './http/response-headers.js';
import { sendProblems } from './http/send-problem.js';
import { requireSingleHeaders } from './http/single-headers.js';
import { limitOpen } from './limits/middleware.js';
import type { ApiServices } from './services.js';

/** Options of the application. */
export interface AppOptions {
  /** Origin of URLs in responses. */
  readonly publicBaseUrl: string;
  /** Target of `/`; empty for an index of links. */
  readonly consoleUrl?: string;
  /** Number of proxies whose X-Forwarded-For is trusted. */
  readonly trustProxyHops: number;
  /** Origins whose pages may call the API from a browser; none by default. */
  readonly corsOrigins: readonly string[];
  /** Classes of the messages of the server; any others are adapted, which takes longer. */
  readonly messageTypes?: MessageTypes;
}

/** Creates the application. Instances share nothing. */
export function createApp(services: ApiServices, options: AppOptions): Express {
  const app = express();
  if (options.messageTypes) useMessageTypes(app, options.messageTypes);
  app.locals.services = services;
  app.disable('x-powered-by');
  app.disable('etag');
  // A path has one spelling, so that no other one passes by what is decided by path: admission, below.
  app.enable('strict routing');
  app.enable('case sensitive routing');
  app.set('trust proxy', options.trustProxyHops);
  addCommonHeaders(app);
  const document = loadOpenApi();
  // One middleware: express takes longer to call the next one than each of these takes.
  const leave = () => services.admission.leave();
  const closeConnection = closeWhileDraining(services.draining);
  app.use(
    createRequestContext(services.logger, services.metrics, (request, response) => {
      closeConnection(response);
      requireSingleHeaders(request);
      if (!placesOrder(request)) return undefined;
      services.admission.enter();
      return leave;
    }),
  );
  if (options.corsOrigins.length > 0) app.use(createCors(options.corsOrigins));
  let placeOrder: express.RequestHandler = (_request, _response, next) => next();
  app.use((request, response, next) => (placesOrder(request) ? placeOrder(request, response, next) : next()));
  app.param('order_id', nameOrder);
  RegisterRoutes(app);
  placeOrder = toDirectRoute(app, 'post', '/orders');
  app.use(limitOpen);
  app.use(createDocsRouter(document, { consoleUrl: '', ...options }));
  app.use(createFallback(toRouteTable({ ...document.paths, ...DOCS_PATHS })));
  app.use(sendProblems);
  return app;
}

function placesOrder({ method, path }: express.Request): boolean {
  return method === 'POST' && path === '/orders';
}

/** Adds the order's id to the log lines of a request. */
const nameOrder: express.RequestParamHandler = (_request, _response, next, orderId: string) => {
  addFields({ order_id: orderId });
  next();
};

/** While the process drains, each response is the last on its connection, so that clients go elsewhere by themselves. */
function closeWhileDraining(draining: AbortSignal): (response: express.Response) => void {
  return (response) => {
    if (draining.aborted) response.setHeader('Connection', 'close');
  };
}
