/** Random bytes from a pool: asking the operating system for the bytes of one id costs more than making the id. */
import { randomFillSync } from 'node:crypto';

const POOL_BYTES = 8_192;

/** Returns cryptographically strong random bytes. No byte is returned twice. */
export class RandomPool {
  readonly #pool = Buffer.allocUnsafeSlow(POOL_BYTES);
  #used = POOL_BYTES;

  /** Returns `count` random bytes (up to 8,192). They are overwritten later: use them before the next call. */
  take(count: number): Buffer {
    const start = this.#advance(count);
    return this.#pool.subarray(start, start + count);
  }

  /** Returns `count` random bytes as hexadecimal text. */
  takeHex(count: number): string {
    const start = this.#advance(count);
    return this.#pool.toString('hex', start, start + count);
  }

  #advance(count: number): number {
    if (this.#used + count > POOL_BYTES) {
      randomFillSync(this.#pool);
      this.#used = 0;
    }
    const start = this.#used;
    this.#used += count;
    return start;
  }
}
