/** The faults that can hit a single call, and the windows of time in which they do. */

/** Target of a call. */
export type Target = 'dynamodb' | 'sqs' | 'sns' | 'redis' | 'rpc' | 'gateway' | 'http';

/** Faults of one call. */
export const CALL_FAULTS = [
  /** The request never arrives. */
  'lost-request',
  /** The request takes effect, and its answer never arrives. */
  'lost-answer',
  /** The request takes effect seconds later, often after the caller has stopped waiting. */
  'late-effect',
  /** The answer arrives late. */
  'slow-answer',
  /** The server answers with an error and does nothing. */
  'server-error',
  /** The server answers that it is asked too often, and does nothing. */
  'throttled',
  /** The request arrives twice. */
  'duplicate',
  /** Some entries of a batch fail. */
  'partial-batch',
  /** A read returns the item before the latest write. */
  'stale-read',
] as const;

/** A fault of one call. */
export type CallFault = (typeof CALL_FAULTS)[number];

/** Faults that a target's calls can meet. */
export const FAULTS_OF: Readonly<Record<Target, readonly CallFault[]>> = {
  dynamodb: [
    'lost-request',
    'lost-answer',
    'late-effect',
    'slow-answer',
    'server-error',
    'throttled',
    'stale-read',
  ],
  sqs: [
    'lost-request',
    'lost-answer',
    'late-effect',
    'slow-answer',
    'server-error',
    'throttled',
    'partial-batch',
  ],
  sns: ['lost-request', 'lost-answer', 'slow-answer', 'server-error', 'throttled'],
  redis: ['lost-request', 'lost-answer', 'slow-answer', 'server-error'],
  rpc: ['lost-request', 'lost-answer', 'late-effect', 'slow-answer', 'server-error', 'duplicate'],
  gateway: ['lost-request', 'lost-answer', 'late-effect', 'slow-answer', 'server-error', 'duplicate'],
  http: ['lost-request', 'lost-answer', 'slow-answer'],
};

/** A time in which a share of a target's calls meets a fault. */
export interface FaultWindow {
  readonly target: Target;
  readonly fault: CallFault;
  /** Virtual milliseconds. */
  readonly from: number;
  readonly to: number;
  /** Share of the calls that are hit, in (0, 1]. */
  readonly share: number;
  /** Longest delay of effects and responses, in milliseconds. */
  readonly delayMs: number;
}
