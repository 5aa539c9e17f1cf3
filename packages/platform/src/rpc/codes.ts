/** Names of status codes. */
import { Code } from '@connectrpc/connect';
import type { FailureCode } from './decide/failure.js';

/** The code as the retry table spells it. */
export function failureCode(code: Code): FailureCode {
  return (Code[code] ?? 'Unknown') as FailureCode;
}

/** The value of the `code` label of metrics and of log lines: `ok` or Connect's spelling, such as `not_found`. */
export function codeLabel(code: Code | undefined): string {
  return code === undefined ? 'ok' : (LABELS[code] ?? 'unknown');
}

const LABELS: Readonly<Record<number, string>> = Object.fromEntries(
  Object.values(Code)
    .filter((code) => typeof code === 'number')
    .map((code) => [code, Code[code].replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase()]),
);
