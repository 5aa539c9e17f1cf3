/** What clients were told. */
import type { Post, Sighting } from '../oracle/history.js';

/** Collects the outside of a run. */
export class Recorder {
  readonly posts: Post[] = [];
  readonly sightings: Sighting[] = [];
  readonly unhandled: string[] = [];
  /** Orders that operators freed from their records though nobody had lost their messages. */
  readonly orphans: string[] = [];
  /** Clients that are not done yet. */
  openClients = 0;
}
