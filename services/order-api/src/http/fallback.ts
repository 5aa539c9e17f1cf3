/** Responds to requests without a route: 404, or 405 and OPTIONS with the methods of the path. */
import type { RequestHandler } from 'express';
import { ProblemError } from './problem.js';

/** Methods by path template (`/orders/{order_id}`). */
export type RouteTable = Readonly<Record<string, readonly string[]>>;

/** The route table of an OpenAPI document. */
export function toRouteTable(paths: Readonly<Record<string, object>>): RouteTable {
  return Object.fromEntries(
    Object.entries(paths).map(([path, operations]) => [
      path,
      Object.keys(operations).map((method) => method.toUpperCase()),
    ]),
  );
}

/** Creates the last handler. GET routes answer HEAD too. */
export function createFallback(table: RouteTable): RequestHandler {
  const routes = Object.entries(table).map(([path, methods]) => ({
    pattern: new RegExp(`^${path.replace(/\{[^}]+\}/g, '[^/]+')}$`),
    allow: [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', '),
  }));
  return (request, response) => {
    const route = routes.find(({ pattern }) => pattern.test(request.path));
    if (!route) throw new ProblemError('unknownPath', 'There is nothing at this path.');
    if (request.method !== 'OPTIONS')
      throw new ProblemError('wrongMethod', `This path answers ${route.allow}.`, {
        headers: { Allow: route.allow },
      });
    response.status(204).set('Allow', route.allow).end();
  };
}
