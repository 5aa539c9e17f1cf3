/** Reloads secrets whose files change. */
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from './logger.js';
import { type Secret, trimSecret } from './secret.js';

/** Options of a watch. */
export interface WatchOptions {
  readonly logger: Logger;
  /** Interval between two reads of a file, in milliseconds. Default 500. */
  readonly intervalMs?: number;
  /** Resolves after that many milliseconds, or when the signal is aborted. Default: a timer. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** A running watch. */
export interface SecretWatch {
  /** Ends the watch. */
  stop(): Promise<void>;
}

const INTERVAL_MS = 500;

/**
 * Reads the files of these secrets at an interval and replaces each value when its text has changed. The text is
 * compared, not the file's time or inode, so that renames, Kubernetes' symlink swaps and writes in place are all
 * detected. A new text has to be the same in two reads, so that a half-written file is never used. An invalid text is
 * logged, and the previous value stays.
 */
export function watchSecrets(secrets: readonly Secret<unknown>[], options: WatchOptions): SecretWatch {
  const { logger, intervalMs = INTERVAL_MS, sleep = sleepUnref } = options;
  const files = secrets.flatMap((secret) => (secret.file ? [new WatchedFile(secret, logger)] : []));
  const ended = new AbortController();
  const run = async () => {
    while (files.length > 0 && !ended.signal.aborted) {
      await sleep(intervalMs, ended.signal);
      if (!ended.signal.aborted) await Promise.all(files.map((file) => file.look()));
    }
  };
  const running = run();
  return {
    stop: async () => {
      ended.abort();
      await running;
    },
  };
}

/** The file of one secret. */
class WatchedFile {
  readonly #secret: Secret<unknown>;
  readonly #logger: Logger;
  /** The text that was last used or found unusable; undefined before the first read. */
  #settled: string | undefined;
  #seen: string | undefined;

  constructor(secret: Secret<unknown>, logger: Logger) {
    this.#secret = secret;
    this.#logger = logger;
    this.#settled = secret.file?.text;
  }

  async look(): Promise<void> {
    const { file } = this.#secret;
    const text = file && (await readText(file.path));
    const stable = text === this.#seen;
    this.#seen = text;
    // A file that is gone is about to be replaced, or the value it had stays.
    if (!file || text === undefined || !stable || text === this.#settled) return;
    this.#settled = text;
    const parsed = file.parse(text);
    const about = { setting: this.#secret.name, file: file.path };
    if ('problems' in parsed) {
      this.#logger.error({ ...about, problems: parsed.problems }, 'secret file cannot be used: value kept');
      return;
    }
    this.#secret.replace(parsed.value);
    this.#logger.info(about, 'secret reloaded');
  }
}

async function sleepUnref(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal, ref: false }).catch(() => undefined);
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return trimSecret(await readFile(path, 'utf8'));
  } catch {
    return undefined;
  }
}
