/** Routes the messages of grpc-js to our logger instead of standard error. */
import { setLogger } from '@grpc/grpc-js';
import type { Logger } from '../logger.js';

/** Writes grpc-js's own messages to the debug log; calls and listeners report the errors themselves. */
export function routeGrpcLogs(logger: Logger): void {
  const write = (...words: unknown[]) => logger.debug({ source: 'grpc-js' }, words.map(String).join(' '));
  setLogger({ error: write, info: write, debug: write });
}
