declare module 'dynalite' {
  import type { Server } from 'node:http';

  /** A DynamoDB server that keeps its tables in memory. */
  export default function dynalite(options?: {
    /** Time that a new table stays in CREATING, in milliseconds. */
    createTableMs?: number;
  }): Server;
}
