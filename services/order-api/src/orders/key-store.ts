/** Idempotency keys in Redis. No method requires Redis: a failed call counts as an unknown key. */
import type { Redis } from '@order-pipeline/platform/redis';
import type { ApiMetrics } from '../metrics.js';
import { decodeEntry, encodeEntry, type OrderKeyEntry, toEntryPrefix } from './key-entry.js';

/** Lifetime of a key, in milliseconds. */
const KEY_KEPT_MS = 24 * 60 * 60 * 1_000;

/** Sets KEYS[1] to ARGV[1] for ARGV[3] ms unless it holds text that does not start with ARGV[2]. */
const SET_IF_SAME_BODY = `
local held = redis.call('GET', KEYS[1])
if held and string.sub(held, 1, #ARGV[2]) ~= ARGV[2] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
return 1`;

/** Deletes KEYS[1] if it holds ARGV[1]. */
const DELETE_IF_EQUAL = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`;

interface KeyCommands {
  setIfSameBody(name: string, entry: string, prefix: string, keptMs: number): Promise<number>;
  deleteIfEqual(name: string, entry: string): Promise<number>;
}

/** Reads and writes entries. */
export class KeyStore {
  readonly #redis: Redis & KeyCommands;
  readonly #metrics: ApiMetrics;

  constructor(redis: Redis, metrics: ApiMetrics) {
    redis.defineCommand('setIfSameBody', { numberOfKeys: 1, lua: SET_IF_SAME_BODY });
    redis.defineCommand('deleteIfEqual', { numberOfKeys: 1, lua: DELETE_IF_EQUAL });
    this.#redis = redis as Redis & KeyCommands;
    this.#metrics = metrics;
  }

  /** Stores `entry` if the key is free, in one round trip. Returns the entry that was there before. */
  async claim(name: string, entry: OrderKeyEntry): Promise<OrderKeyEntry | undefined> {
    const text = encodeEntry(entry);
    const held = await this.#orWithout(this.#redis.set(name, text, 'PX', KEY_KEPT_MS, 'NX', 'GET'));
    if (!held) return undefined;
    const known = decodeEntry(held);
    if (!known) await this.#orWithout(this.#redis.set(name, text, 'PX', KEY_KEPT_MS));
    return known;
  }

  /**
   * Replaces the entry of the body with `fingerprint` by `entry`. Returns false when the key belongs to another
   * body.
   */
  async replace(name: string, fingerprint: string, entry: OrderKeyEntry): Promise<boolean> {
    const text = encodeEntry(entry);
    const prefix = toEntryPrefix(fingerprint);
    return (await this.#orWithout(this.#redis.setIfSameBody(name, text, prefix, KEY_KEPT_MS))) !== 0;
  }

  /** Frees the key if it still holds `entry`. */
  async release(name: string, entry: OrderKeyEntry): Promise<void> {
    await this.#orWithout(this.#redis.deleteIfEqual(name, encodeEntry(entry)));
  }

  async #orWithout<T>(call: Promise<T>): Promise<T | undefined> {
    try {
      return await call;
    } catch {
      this.#metrics.countWithoutRedis('idempotency');
      return undefined;
    }
  }
}
