/** Responds to every error with problem details. */
import type { ErrorRequestHandler, Request, Response } from 'express';
import { OverloadedError } from '../overload/overloaded-error.js';
import { servicesOf } from '../services.js';
import type { Problem, ProblemError } from './problem.js';
import { PROBLEMS } from './problem-kinds.js';
import { contextOf } from './request-context.js';
import { toProblem } from './to-problem.js';

/** The last error handler. Server errors are logged with their cause; client errors are part of the request's log line. */
export const sendProblems: ErrorRequestHandler = (error: unknown, request, response, _next) => {
  const problem = toProblem(error);
  const { requestId } = contextOf(response);
  if (problem.status >= 500 && !(problem instanceof OverloadedError))
    servicesOf(request).logger.error(
      { request_id: requestId, err: problem.cause ?? problem },
      problem.message,
    );
  if (response.headersSent) {
    response.destroy();
    return;
  }
  sendProblem(problem, request, response, requestId);
};

function sendProblem(problem: ProblemError, request: Request, response: Response, requestId: string): void {
  const { type, title, status } = PROBLEMS[problem.problem];
  const body: Problem = {
    type,
    title,
    status,
    detail: problem.message,
    instance: toInstance(request.path),
    request_id: requestId,
    ...problem.extensions,
  };
  response.status(status).set(problem.headers).type('application/problem+json').send(JSON.stringify(body));
}

const INSTANCE_MAX_CHARACTERS = 1_024;

/** The path as a URI reference, and the path alone: the query of a signed URL is a secret. */
function toInstance(path: string): string {
  return path
    .slice(0, INSTANCE_MAX_CHARACTERS)
    .replace(/%(?![0-9a-f]{2})/gi, '%25')
    .replace(/[^\w\-.~:/@!$&'()*+,;=%]/g, (character) => encodeURIComponent(character));
}
