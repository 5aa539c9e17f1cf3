/** Records the responses that clients received. */
import type { Post, Sighting } from '../oracle/history.js';

/** Collects the outside of a run. */
export class Recorder {
  readonly posts: Post[] = [];
  readonly sightings: Sighting[] = [];
  readonly unhandled: string[] = [];
  /** Orders that operators failed from their records although no message was lost. */
  readonly orphans: string[] = [];
  /** Clients that are not done yet. */
  openClients = 0;
}
