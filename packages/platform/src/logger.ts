/** Structured logs: one JSON object a line on standard output. */
import { type DestinationStream, type Logger, pino } from 'pino';
import { createLogDestination } from './log-destination.js';
import { redactSecrets } from './redact.js';
import { currentFields } from './work.js';

export type { DestinationStream, Logger } from 'pino';

/**
 * A service's logger. Times are ISO 8601, levels are words, secrets are left out, and every line names the work that it
 * belongs to. Lines are written before the turn of the event loop ends ({@link createLogDestination}).
 */
export function createLogger(
  service: string,
  level: string,
  destination: DestinationStream = createLogDestination(),
): Logger {
  const logger = pino(
    {
      level,
      base: { service },
      timestamp: toTimeField,
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

let lastMs = 0;
let lastField = '';

/** The time of a line, as pino takes it. Lines of one millisecond share the text. */
function toTimeField(): string {
  const nowMs = Date.now();
  if (nowMs !== lastMs) {
    lastMs = nowMs;
    lastField = `,"time":"${new Date(nowMs).toISOString()}"`;
  }
  return lastField;
}

/** Returns a child that writes objects as they are, without a search for secrets: for lines whose fields are all known. */
export function createPlainChild(logger: Logger): Logger {
  return logger.child({}, { formatters: { log: (fields) => fields } });
}
