/** Logging in. */

import type { Request as HttpRequest } from 'express';
import {
  Body,
  Controller,
  Middlewares,
  OperationId,
  Post,
  Request,
  Response,
  Route,
  SuccessResponse,
  Tags,
} from 'tsoa';
import { jsonBody } from '../http/json-body.js';
import type { Problem } from '../http/problem.js';
import { limitAddress } from '../limits/middleware.js';
import type { ApiServices } from '../services.js';
import type { AccessToken, LoginRequest } from './models.js';

/** Access tokens. */
@Route('login')
@Tags('Login')
export class LoginController extends Controller {
  constructor(private readonly services: ApiServices) {
    super();
  }

  /**
   * Exchange a user id, and where the API runs with passwords the password, for an access token.
   * @summary Log in
   */
  @Post()
  @OperationId('login')
  @Middlewares(limitAddress, jsonBody)
  @SuccessResponse(200, 'Logged in')
  @Response<Problem>(401, 'The user is unknown or the password is wrong')
  async login(@Request() _request: HttpRequest, @Body() body: LoginRequest): Promise<AccessToken> {
    return this.services.login(body);
  }
}
