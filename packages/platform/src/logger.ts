/** Structured logs: one JSON object a line on standard output. */
import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

/** Fields that never reach a log, wherever they stand in a logged object. */
const SECRET_FIELDS = [
  'authorization',
  'password',
  'access_token',
  'payment_method',
  'signature',
  'poll_url',
  'secret',
].flatMap((field) => [field, `*.${field}`]);

/** A service's logger. Times are ISO 8601, levels are words. */
export function createLogger(service: string, level: string, destination?: DestinationStream): Logger {
  return pino(
    {
      level,
      base: { service },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRET_FIELDS, censor: '[redacted]' },
    },
    ...(destination ? [destination] : []),
  );
}
