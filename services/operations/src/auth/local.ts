/** Access in the stage `local`: everybody who reaches the loopback interface is the operator. */
import { Code, ConnectError } from '@connectrpc/connect';
import type { Authenticate } from '../rpc/authorize.js';
import type { Viewer } from '../rpc/viewer.js';

/** Names of this machine in a URL. */
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/;

const OPERATOR: Viewer = { actor: 'local', role: 'operator' };

/**
 * Accepts every call that was addressed to this machine. A page of another site cannot call: it may not send JSON or
 * gRPC to another origin, and a host name of its own that resolves to this machine is refused.
 */
export const authenticateLocal: Authenticate = async (headers) => {
  const host = headers.get('host');
  const origin = headers.get('origin');
  if (host !== null && !LOOPBACK.test(host))
    throw new ConnectError('the stage local is served to localhost alone', Code.PermissionDenied);
  if (origin !== null && !LOOPBACK.test(URL.parse(origin)?.host ?? ''))
    throw new ConnectError('the stage local is served to pages of localhost alone', Code.PermissionDenied);
  return OPERATOR;
};
