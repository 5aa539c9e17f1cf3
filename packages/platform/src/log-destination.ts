/** Standard output, written once for all log lines of a turn of the event loop. */
import { type DestinationStream, pino } from 'pino';

/** Text that is held at most, in characters: a turn that logs more writes several times. */
const MAX_HELD = 65_536;

/**
 * Creates the destination. Lines are written before the turn ends, and before the process exits, so that the last words of
 * a process that crashes are not lost. Only a process that is killed within a turn loses the lines of that turn.
 */
export function createLogDestination(
  out: DestinationStream = pino.destination({ dest: 1, sync: true }),
): DestinationStream {
  let held = '';
  const flush = () => {
    const text = held;
    held = '';
    if (text !== '') out.write(text);
  };
  process.once('exit', flush);
  return {
    write: (line) => {
      if (held === '') setImmediate(flush);
      held += line;
      if (held.length >= MAX_HELD) flush();
    },
  };
}
