/** Every error that a client can see, as RFC 9457 problem details. */
import type { Order } from '../decide/view.js';
import { PROBLEMS, type ProblemName } from './problem-kinds.js';

/** Most fields in one problem. A body can have thousands of invalid ones; the first are sufficient. */
export const MAX_FIELD_PROBLEMS = 20;

/** Problem of one field of a request. */
export interface FieldProblem {
  /**
   * Location of the field.
   * @example "body"
   */
  readonly in: 'body' | 'query' | 'path' | 'header';
  /**
   * The field's name; inside the body, its path with dots. Empty for the body as a whole.
   * @maxLength 512
   * @example "items.0.quantity"
   */
  readonly field: string;
  /**
   * Description of the problem.
   * @maxLength 2048
   * @example "minimum 1"
   */
  readonly detail: string;
}

/** Problem details (RFC 9457), the body of every error. */
export interface Problem {
  /**
   * Names the kind of problem. about:blank: the status is sufficient.
   * @format uri
   * @maxLength 256
   * @example "urn:order-pipeline:problem:invalid-request"
   */
  readonly type: string;
  /**
   * The kind of problem in words, the same in every occurrence.
   * @maxLength 128
   * @example "Invalid request"
   */
  readonly title: string;
  /**
   * The HTTP status.
   * @isInt
   * @minimum 400
   * @maximum 599
   * @example 422
   */
  readonly status: number;
  /**
   * This occurrence in words.
   * @maxLength 2048
   * @example "1 field is not valid."
   */
  readonly detail: string;
  /**
   * Path of the request.
   * @format uri-reference
   * @maxLength 2048
   * @example "/orders"
   */
  readonly instance: string;
  /**
   * Names the request in logs; also in the X-Request-ID header.
   * @pattern ^[A-Za-z0-9._-]{1,128}$
   * @maxLength 128
   * @example "0198c5f2-9a51-7c3e-8a52-3f0d8f0c2b19"
   */
  readonly request_id: string;
  /**
   * Problems by field. Present on 422 when fields are invalid.
   * @maxItems 20
   */
  readonly errors?: FieldProblem[];
  /** The order as it was decided, or that was placed instead. Present on 409 about an order. */
  readonly order?: Order;
  /**
   * The order that may have been placed. Present where the outcome is unknown.
   * @format uuid
   * @maxLength 36
   * @example "0198c5f2-9a51-7c3e-8a52-3f0d8f0c2b19"
   */
  readonly order_id?: string;
  /**
   * The signed URL of that order. Present where the outcome is unknown.
   * @format uri
   * @maxLength 2048
   * @example "http://localhost:8000/orders/0198c5f2-9a51-7c3e-8a52-3f0d8f0c2b19?expires=1768642200&key_id=local&signature=3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
   */
  readonly poll_url?: string;
}

/** Members of a problem beyond those of RFC 9457. */
export type ProblemExtensions = Pick<Problem, 'errors' | 'order' | 'order_id' | 'poll_url'>;

/** Fields of one occurrence. */
export interface ProblemOptions extends ErrorOptions, ProblemExtensions {
  /** Header fields of the response, such as Retry-After. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** An error that the client sees unchanged: its message is the problem's `detail`. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly status: number;
  /** The members that this occurrence adds to the problem. */
  readonly extensions: ProblemExtensions;
  readonly headers: Readonly<Record<string, string>>;

  readonly problem: ProblemName;

  constructor(
    problem: ProblemName,
    detail: string,
    { headers = {}, cause, ...extensions }: ProblemOptions = {},
  ) {
    super(detail, { cause });
    this.problem = problem;
    this.status = PROBLEMS[problem].status;
    this.extensions = extensions;
    this.headers = headers;
  }
}
