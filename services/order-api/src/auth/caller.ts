/** Caller of a request. */

/** The subject of a valid access token. */
export interface Caller {
  readonly user_id: string;
  /** Time at which the account was created, ISO 8601, if known. */
  readonly account_created_at?: string;
}

declare global {
  namespace Express {
    /** Type of `request.user` after authentication. */
    interface User extends Caller {}
  }
}
