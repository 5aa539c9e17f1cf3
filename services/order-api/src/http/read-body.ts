/** Reads the body of a request. */
import type { IncomingMessage } from 'node:http';
import { ProblemError } from './problem.js';

/**
 * Calls back once with the bytes, or with the problem of a body that is larger than `maxBytes`, compressed or cut short. What
 * is left of a rejected body is read and dropped first, since a client may only read the response after it has sent the body.
 */
export function readBody(
  request: IncomingMessage,
  maxBytes: number,
  done: (problem: ProblemError | undefined, bytes: Buffer | undefined) => void,
): void {
  const chunks: Buffer[] = [];
  let size = 0;
  let problem = findProblem(request, maxBytes);
  let isDone = false;
  const finish = (cutShort: boolean) => {
    if (isDone) return;
    isDone = true;
    if (cutShort) problem ??= new ProblemError('malformed', 'The request could not be read.');
    done(problem, problem ? undefined : chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, size));
  };
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > maxBytes) problem ??= tooLarge();
    if (!problem) chunks.push(chunk);
    else chunks.length = 0;
  });
  request.once('end', () => finish(false));
  request.once('error', () => finish(true));
  request.once('close', () => finish(!request.complete));
}

function findProblem({ headers }: IncomingMessage, maxBytes: number): ProblemError | undefined {
  const { 'content-encoding': encoding = 'identity', 'content-length': length = '0' } = headers;
  if (encoding.toLowerCase() !== 'identity')
    return new ProblemError('wrongMediaType', 'The body must not be compressed.');
  return Number(length) > maxBytes ? tooLarge() : undefined;
}

function tooLarge(): ProblemError {
  return new ProblemError('tooLarge', 'The body is larger than 64 KiB.');
}
