/**
 * Creates the controllers of tsoa's routes: a new one for each request, since it carries the status and headers of its
 * response.
 */

import type { IocContainer, IocContainerFactory } from '@tsoa/runtime';
import type { Request } from 'express';
import { type ApiServices, servicesOf } from './services.js';

/** The name that tsoa's routes import. */
export const iocContainer: IocContainerFactory = (request: unknown): IocContainer => {
  const services = servicesOf(request as Request);
  return {
    get: <T>(controller: unknown) => new (controller as new (services: ApiServices) => T)(services),
  };
};
