/** Errors of the operations service in words for people. */
import { Code, ConnectError } from '@connectrpc/connect';

/** An error as pages show it. */
export interface ErrorText {
  readonly title: string;
  readonly detail: string;
}

/** Returns the Connect code of an error. */
export function codeOf(error: unknown): Code {
  return ConnectError.from(error).code;
}

/** Returns true when the session has ended or never began. */
export function isSessionError(error: unknown): boolean {
  return error instanceof ConnectError && error.code === Code.Unauthenticated;
}

/** Returns true when the service could not be reached, or the connection broke: the request may work later. */
export function isConnectionError(error: unknown): boolean {
  const { code, cause } = ConnectError.from(error);
  return code === Code.Unavailable || code === Code.DeadlineExceeded || cause instanceof TypeError;
}

/** Returns a title and a sentence for an error. */
export function describeError(error: unknown): ErrorText {
  if (error === undefined) return { title: 'Connection lost', detail: 'The connection was lost.' };
  const { code, rawMessage } = ConnectError.from(error);
  if (isConnectionError(error) && code !== Code.DeadlineExceeded && !rawMessageIsUseful(rawMessage))
    return { title: 'Not reachable', detail: 'The operations service does not respond.' };
  const title = TITLES[code] ?? 'Something went wrong';
  return { title, detail: rawMessage ? toSentence(rawMessage) : 'The operations service gave no reason.' };
}

const TITLES: Partial<Record<Code, string>> = {
  [Code.NotFound]: 'Not found',
  [Code.PermissionDenied]: 'Not allowed',
  [Code.Unauthenticated]: 'Session expired',
  [Code.InvalidArgument]: 'Not valid',
  [Code.FailedPrecondition]: 'Not possible now',
  [Code.Unavailable]: 'Not available',
  [Code.DeadlineExceeded]: 'No answer in time',
};

/** Returns false for a browser's message about a broken connection, which helps no reader. */
function rawMessageIsUseful(message: string): boolean {
  return message !== '' && !/failed to fetch|network ?error|load failed|http 50\d/i.test(message);
}

function toSentence(message: string): string {
  const text = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
