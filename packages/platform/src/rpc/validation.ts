/** Collects the violations of a request and reports them together. */
import { Code, ConnectError } from '@connectrpc/connect';
import {
  type BadRequest_FieldViolation,
  BadRequestSchema,
} from '@order-pipeline/contracts/gen/google/rpc/error_details_pb';

/** Violations of one request's fields, under their proto names (`lines[0].quantity`). */
export class FieldViolations {
  readonly #violations: Pick<BadRequest_FieldViolation, 'field' | 'description'>[] = [];

  /** Adds a violation. The description completes "field …", as in "must be at least 1". */
  add(field: string, description: string): void {
    this.#violations.push({ field, description });
  }

  /**
   * Throws INVALID_ARGUMENT if a problem was recorded. Its message names every field, and a google.rpc.BadRequest
   * detail carries the same for programs.
   */
  throwIfAny(): void {
    if (this.#violations.length === 0) return;
    const message = this.#violations.map(({ field, description }) => `${field} ${description}`).join('; ');
    const detail = { desc: BadRequestSchema, value: { fieldViolations: this.#violations } };
    throw new ConnectError(message, Code.InvalidArgument, undefined, [detail]);
  }
}

/** The violations that an error carries; none for any other error. */
export function fieldViolationsOf(error: unknown): readonly BadRequest_FieldViolation[] {
  if (!(error instanceof ConnectError)) return [];
  return error.findDetails(BadRequestSchema).flatMap(({ fieldViolations }) => fieldViolations);
}
