/** Logging in over HTTP. */

import {
  Body,
  Controller,
  Middlewares,
  OperationId,
  Post,
  Request,
  Route,
  SuccessResponse,
  Tags,
} from '@tsoa/runtime';
import type { Request as HttpRequest, Response as HttpResponse } from 'express';
import { jsonBody } from '../http/json-body.js';
import { enforceQuota, limitAddress } from '../limits/middleware.js';
import type { ApiServices } from '../services.js';
import type { AccessToken, LoginRequest } from './models.js';

/** Access tokens. */
@Route('login')
@Tags('Login')
export class LoginController extends Controller {
  readonly #services: ApiServices;

  constructor(services: ApiServices) {
    super();
    this.#services = services;
  }

  /**
   * Exchange a user id, and where the API runs with passwords the password, for an access token.
   * @summary Log in
   */
  @Post()
  @OperationId('login')
  @Middlewares(limitAddress, jsonBody)
  @SuccessResponse(200, 'Logged in')
  async login(@Request() request: HttpRequest, @Body() body: LoginRequest): Promise<AccessToken> {
    enforceQuota(
      request.res as HttpResponse,
      await this.#services.quotas.logins.consume(`user:${body.user_id}`),
    );
    return this.#services.login(body);
  }
}
