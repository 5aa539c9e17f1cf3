/** Faults that the local stack injects on behalf of the operations service. */
import { z } from 'zod';

/** Faults that need the supervisor of the stack's processes. */
export const STACK_FAULTS = ['kill-processor', 'kill-scoring', 'stop-redis', 'slow-payments'] as const;

/** A fault. */
export type StackFault = (typeof STACK_FAULTS)[number];

/** Header with the secret that the stack passes to the operations service. */
export const CONTROL_TOKEN_HEADER = 'x-control-token';

/** Asks for a fault, or for its end. */
export interface FaultRequest {
  readonly fault: StackFault;
  /** Length of a fault that lasts, in milliseconds. */
  readonly duration_ms: number;
  /** Ends the fault now. */
  readonly stop: boolean;
}

/** State of a fault. */
export interface StackFaultState {
  readonly fault: StackFault;
  /** End of a fault that lasts, epoch milliseconds; absent when it is not active. */
  readonly until?: number | undefined;
  readonly injections: number;
  readonly available: boolean;
  /** Text for people; empty when there is nothing to report. */
  readonly detail: string;
}

/** The schema of a request. */
export const FaultRequestSchema: z.ZodType<FaultRequest> = z.object({
  fault: z.enum(STACK_FAULTS),
  duration_ms: z.number().int().min(0).max(120_000),
  stop: z.boolean(),
});

/** The schema of the states. */
export const StackFaultStatesSchema: z.ZodType<readonly StackFaultState[]> = z.array(
  z.object({
    fault: z.enum(STACK_FAULTS),
    until: z.number().optional(),
    injections: z.number(),
    available: z.boolean(),
    detail: z.string(),
  }),
);
