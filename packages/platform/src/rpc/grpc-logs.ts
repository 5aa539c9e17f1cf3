/** What grpc-js has to say goes where all logs go, instead of to standard error. */
import { setLogger } from '@grpc/grpc-js';
import type { Logger } from '../logger.js';

/** Writes grpc-js's own messages to the debug log; the errors that they tell of are reported by calls and listeners. */
export function routeGrpcLogs(logger: Logger): void {
  const write = (...words: unknown[]) => logger.debug({ source: 'grpc-js' }, words.map(String).join(' '));
  setLogger({ error: write, info: write, debug: write });
}
