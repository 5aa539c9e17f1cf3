/** Kinds of problems that clients see, in the terms of RFC 9457. */

/** Fields that all occurrences of a problem share. */
interface ProblemKind {
  readonly status: number;
  readonly title: string;
  /** A URI that names the kind; RFC 9457's about:blank where the status is sufficient. */
  readonly type: string;
}

const PLAIN = 'about:blank';
const own = (name: string) => `urn:order-pipeline:problem:${name}`;

/** The kinds of problems; docs/api.md explains each. */
export const PROBLEMS = {
  malformed: { status: 400, title: 'Bad Request', type: PLAIN },
  unauthenticated: { status: 401, title: 'Unauthorized', type: PLAIN },
  forbidden: { status: 403, title: 'Forbidden', type: PLAIN },
  unknownPath: { status: 404, title: 'Not Found', type: PLAIN },
  notFound: { status: 404, title: 'Not Found', type: PLAIN },
  wrongMethod: { status: 405, title: 'Method Not Allowed', type: PLAIN },
  keyInFlight: { status: 409, title: 'Request in flight', type: own('idempotency-key-in-flight') },
  alreadyDecided: { status: 409, title: 'Order already decided', type: own('order-decided') },
  notPlaced: { status: 409, title: 'Order not placed', type: own('order-not-placed') },
  expiredUrl: { status: 410, title: 'URL expired', type: own('poll-url-expired') },
  tooLarge: { status: 413, title: 'Content Too Large', type: PLAIN },
  wrongMediaType: { status: 415, title: 'Unsupported Media Type', type: PLAIN },
  invalid: { status: 422, title: 'Invalid request', type: own('invalid-request') },
  keyReused: { status: 422, title: 'Idempotency key reused', type: own('idempotency-key-reused') },
  quotaExceeded: {
    status: 429,
    title: 'Quota exceeded',
    type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
  },
  internal: { status: 500, title: 'Internal Server Error', type: PLAIN },
  outcomeUnknown: { status: 503, title: 'Order outcome unknown', type: own('order-outcome-unknown') },
  unavailable: { status: 503, title: 'Service Unavailable', type: PLAIN },
} as const satisfies Record<string, ProblemKind>;

/** The name of a kind of problem. */
export type ProblemName = keyof typeof PROBLEMS;
