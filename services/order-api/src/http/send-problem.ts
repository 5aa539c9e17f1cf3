/** Answers every error as problem details. */
import type { ErrorRequestHandler, Request, Response } from 'express';
import { servicesOf } from '../services.js';
import { PROBLEMS, type Problem, type ProblemError } from './problem.js';
import { contextOf } from './request-context.js';
import { toProblem } from './to-problem.js';

/** The last error handler. What is our fault is logged with its cause; what is the client's is in its log line. */
export const sendProblems: ErrorRequestHandler = (error: unknown, request, response, _next) => {
  const problem = toProblem(error);
  const { requestId } = contextOf(response);
  if (problem.status >= 500)
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
    // The path alone: the query of a signed URL is a secret.
    instance: request.path,
    request_id: requestId,
    ...problem.extensions,
  };
  response.status(status).set(problem.headers).type('application/problem+json').send(JSON.stringify(body));
}
