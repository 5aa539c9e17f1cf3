/** Who calls. */

/** The subject of a valid access token. */
export interface Caller {
  readonly user_id: string;
  /** When the account was opened, ISO 8601, where it is known. */
  readonly account_created_at?: string;
}

declare global {
  namespace Express {
    /** What authentication leaves at `request.user`. */
    interface User extends Caller {}
  }
}
