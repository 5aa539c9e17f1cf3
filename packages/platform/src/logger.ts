/** Structured logs: one JSON object a line on standard output. */
import { type DestinationStream, type Logger, pino } from 'pino';
import { redactSecrets } from './redact.js';
import { currentFields } from './work.js';

export type { DestinationStream, Logger } from 'pino';

/**
 * A service's logger. Times are ISO 8601, levels are words, secrets are left out, and every line names the work that it
 * belongs to. Each line is written before the call returns, so that the last words of a process that ends are not lost.
 */
export function createLogger(
  service: string,
  level: string,
  destination: DestinationStream = pino.destination({ dest: 1, sync: true }),
): Logger {
  const logger = pino(
    {
      level,
      base: { service },
      timestamp: pino.stdTimeFunctions.isoTime,
      mixin: currentFields,
      formatters: { level: (label) => ({ level: label }), log: redactSecrets },
      // Errors are plain objects by then.
      serializers: { err: (error: unknown) => error },
    },
    destination,
  );
  // A formatter sees what is logged, not what a child logger is bound to.
  const createChild = logger.child;
  logger.child = function (this: Logger, bindings, options) {
    return createChild.call(this, redactSecrets(bindings), options);
  } as Logger['child'];
  return logger;
}
