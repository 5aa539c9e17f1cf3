/** Bodies of the login call. */

/** Login of a user. Other fields are ignored. */
export interface LoginRequest {
  /**
   * The customer.
   * @pattern ^[A-Za-z0-9._@:|+-]{1,128}$ up to 128 letters, digits and . _ @ : | + -
   * @maxLength 128
   * @example "u123"
   */
  user_id: string;
  /**
   * The customer's password. Needed when the API runs with AUTH_MODE=password.
   * @minLength 1
   * @maxLength 256
   * @format password
   * @example "correct horse battery staple"
   */
  password?: string;
  [other: string]: unknown;
}

/** An access token (RFC 6750). */
export interface AccessToken {
  /**
   * Send it as `Authorization: Bearer …`.
   * @pattern ^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$
   * @maxLength 4096
   * @example "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1MTIzIn0.c2lnbmF0dXJl"
   */
  access_token: string;
  /**
   * Scheme of the Authorization header.
   * @example "bearer"
   */
  token_type: 'bearer';
  /**
   * Lifetime of the token, in seconds.
   * @isInt
   * @minimum 60
   * @maximum 86400
   * @example 3600
   */
  expires_in: number;
}
