/** Rejects requests that send a header field twice where two values would be ambiguous. */
import type { IncomingMessage } from 'node:http';
import { ProblemError } from './problem.js';

/** Node keeps the first value of these; a proxy in front may have acted on another (RFC 9112, section 3.2). */
const SINGLE: ReadonlySet<string> = new Set(['host', 'authorization', 'content-type']);
const LENGTHS: ReadonlySet<number> = new Set([...SINGLE].map(({ length }) => length));

/** Checks a request. @throws {ProblemError} `malformed` */
export function requireSingleHeaders({ rawHeaders }: Pick<IncomingMessage, 'rawHeaders'>): void {
  const repeated = findRepeated(rawHeaders);
  if (repeated) throw new ProblemError('malformed', `The header field ${repeated} is sent twice.`);
}

/** Returns the name of a field that must be sent once and is sent again. `rawHeaders` lists names and values in turn. */
export function findRepeated(rawHeaders: readonly string[]): string | undefined {
  let seen: string[] | undefined;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const raw = rawHeaders[index] ?? '';
    if (!LENGTHS.has(raw.length)) continue;
    const name = raw.toLowerCase();
    if (!SINGLE.has(name)) continue;
    if (seen?.includes(name)) return name;
    seen = seen ? [...seen, name] : [name];
  }
  return undefined;
}
