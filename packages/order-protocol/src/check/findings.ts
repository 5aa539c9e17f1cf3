/** Findings of the checks of orders, charges and stock. Shared by the fault harness and the live verdict of the console. */

/** Kinds of findings. */
export type FindingKind = 'lost' | 'double-charged' | 'mischarged' | 'oversold';

/** One finding. */
export interface Finding {
  readonly kind: FindingKind;
  /** Order or SKU. */
  readonly subject: string;
  readonly detail: string;
}

/** Creates a finding. */
export function finding(kind: FindingKind, subject: string, detail: string): Finding {
  return { kind, subject, detail };
}
