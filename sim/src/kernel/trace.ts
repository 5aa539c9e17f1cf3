/** The history of a run as lines of text, and a hash over all of them. */
import { createHash, type Hash } from 'node:crypto';

/** One event between two participants. */
export interface TraceLine {
  /** Virtual milliseconds. */
  readonly at: number;
  readonly from: string;
  readonly to: string;
  readonly text: string;
}

/** Records every event. Two runs of a seed have equal hashes. */
export class Trace {
  readonly lines: TraceLine[] = [];
  readonly #hash: Hash = createHash('sha256');
  #count = 0;

  readonly #keep: boolean;

  /** `keep`: whether lines are kept for printing; they are always hashed. */
  constructor(keep: boolean) {
    this.#keep = keep;
  }

  /** Number of events. */
  get count(): number {
    return this.#count;
  }

  /** Adds an event. */
  add(at: number, from: string, to: string, text: string): void {
    this.#count += 1;
    this.#hash.update(`${at.toFixed(3)} ${from} ${to} ${text}\n`);
    if (this.#keep) this.lines.push({ at, from, to, text });
  }

  /** SHA-256 over all events so far, in hex. */
  digest(): string {
    return this.#hash.copy().digest('hex');
  }
}
