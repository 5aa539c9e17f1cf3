/** State that processes publish through Redis for operators: one field of a hash for each process. */
import { z } from 'zod';

/** Key of the hash. Fields are instance names; values are what `encodeProcessState` returns. */
export const PROCESS_STATE_KEY = 'pipeline:processes';

/** Interval between two publications, in milliseconds. */
export const PROCESS_STATE_INTERVAL_MS = 1_000;

/** Age from which a state no longer counts, in milliseconds: its process has stopped or died. */
export const PROCESS_STATE_MAX_AGE_MS = 5_000;

/** State of one process. */
export interface ProcessState {
  readonly service: string;
  /** Unique to the process. */
  readonly instance: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Orders that the process is working on. */
  readonly in_flight: number;
  /** Open circuit breakers, by the service that they guard; closed ones are false. */
  readonly open_breakers: Readonly<Record<string, boolean>>;
}

const ProcessStateSchema: z.ZodType<ProcessState> = z.object({
  service: z.string(),
  instance: z.string(),
  at: z.number(),
  in_flight: z.number(),
  open_breakers: z.record(z.string(), z.boolean()),
});

/** Returns the text of a state. */
export function encodeProcessState(state: ProcessState): string {
  return JSON.stringify(state);
}

/** Returns the state of a text; undefined when it is none. */
export function decodeProcessState(text: string): ProcessState | undefined {
  try {
    const { success, data } = ProcessStateSchema.safeParse(JSON.parse(text));
    return success ? data : undefined;
  } catch {
    return undefined;
  }
}
