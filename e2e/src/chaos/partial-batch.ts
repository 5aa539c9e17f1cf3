/** Batches of SQS of which some entries fail. Pure. */

/** Operations on batches. */
const BATCHES: ReadonlySet<string> = new Set([
  'SendMessageBatch',
  'DeleteMessageBatch',
  'ChangeMessageVisibilityBatch',
]);

/** Returns true for operations of which some entries can fail. */
export function isBatch(operation: string): boolean {
  return BATCHES.has(operation);
}

interface BatchRequest {
  readonly Entries: readonly { readonly Id: string }[];
}

interface BatchAnswer {
  readonly Successful?: readonly object[];
  readonly Failed?: readonly object[];
}

/** A batch without the entries that fail. */
export interface SplitBatch {
  /** The rest; undefined when every entry fails. */
  readonly body: Buffer | undefined;
  /** Ids of the entries that fail. */
  readonly failed: readonly string[];
}

/** Takes every other entry out of a batch, beginning with the first. */
export function splitBatch(request: Buffer): SplitBatch {
  const batch = JSON.parse(request.toString()) as BatchRequest;
  const failed = batch.Entries.filter((_, index) => index % 2 === 0).map(({ Id }) => Id);
  const Entries = batch.Entries.filter(({ Id }) => !failed.includes(Id));
  const body = Entries.length > 0 ? Buffer.from(JSON.stringify({ ...batch, Entries })) : undefined;
  return { body, failed };
}

/** Adds the entries that failed to the answer for the others. */
export function addFailed(answer: Buffer | undefined, failed: readonly string[]): Buffer {
  const others: BatchAnswer = answer ? JSON.parse(answer.toString()) : { Successful: [] };
  const failures = failed.map((Id) => ({
    Id,
    Code: 'InternalError',
    Message: 'injected',
    SenderFault: false,
  }));
  return Buffer.from(JSON.stringify({ ...others, Failed: [...(others.Failed ?? []), ...failures] }));
}
