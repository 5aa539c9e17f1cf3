/** Output that the stack prints: readable lines for people, every line as it is for the log file. */
import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { prettyFactory } from 'pino-pretty';

/** Format of printed lines. */
export type LogFormat = 'pretty' | 'json';

/** File that holds the lines of the last run, relative to the working directory. `orders trace` reads it. */
export const STACK_LOG_FILE = '.local/stack.log';

/** Returns a function that makes a printed line of a line of a process. Only log lines in JSON are changed. */
export function createFormatter(format: LogFormat, colorize: boolean): (line: string) => string {
  if (format === 'json') return (line) => line;
  const pretty = prettyFactory({
    colorize,
    ignore: 'service',
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss.l',
  });
  return (line) => (line.startsWith('{') ? pretty(line).trimEnd() : line);
}

/** Creates or truncates a log file, with its directory. */
export function openLogFile(path: string): { write(text: string): unknown } {
  mkdirSync(dirname(path), { recursive: true });
  const file = createWriteStream(path);
  // A full disk must not stop the stack.
  file.on('error', () => undefined);
  return file;
}
