/** Authorizes the caller in front of every method. */
import type { DescMethod } from '@bufbuild/protobuf';
import { Code, ConnectError, type HandlerContext } from '@connectrpc/connect';
import type { Clock } from '@order-pipeline/platform/clock';
import { methodsOf, type RpcService, type ServedMethod } from '@order-pipeline/platform/rpc/service';
import { VIEWER, type Viewer } from './viewer.js';

/** Finds out who calls. `changes` is true for methods that change something. @throws {ConnectError} UNAUTHENTICATED */
export type Authenticate = (headers: Headers, changes: boolean) => Promise<Viewer>;

/** Dependencies of {@link authorizeService}. */
export interface AuthorizeDeps {
  readonly authenticate: Authenticate;
  readonly clock: Clock;
}

/** Methods whose name begins so only read. */
const READS = /^(Get|List|Watch)/;

/** Returns true when a method changes something, and so needs an operator. */
function isChange({ name }: Pick<DescMethod, 'name'>): boolean {
  return !READS.test(name);
}

/** Returns the service with access control in front of each method. */
export function authorizeService(service: RpcService, deps: AuthorizeDeps): RpcService {
  const implementation: Record<string, unknown> = {};
  for (const spec of methodsOf(service)) implementation[spec.method.localName] = authorizeMethod(spec, deps);
  return { ...service, implementation: implementation as RpcService['implementation'] };
}

function authorizeMethod(spec: ServedMethod, deps: AuthorizeDeps) {
  const enter = async (context: HandlerContext): Promise<Viewer> => {
    const changes = isChange(spec.method);
    const viewer = await deps.authenticate(context.requestHeader, changes);
    if (changes && viewer.role !== 'operator')
      throw new ConnectError(`${spec.method.name} needs the role operator`, Code.PermissionDenied);
    context.values.set(VIEWER, viewer);
    return viewer;
  };
  if (spec.kind === 'unary')
    return async (request: never, context: HandlerContext) => {
      await enter(context);
      return spec.impl(request, context);
    };
  return async function* (request: never, context: HandlerContext) {
    const { session } = await enter(context);
    yield* untilExpired(
      spec.impl(request, context) as AsyncIterable<unknown>,
      session?.expiresAt,
      deps.clock,
    );
  };
}

/** A stream ends with its session, as no later call would be served. */
async function* untilExpired<T>(
  stream: AsyncIterable<T>,
  expiresAt: number | undefined,
  clock: Clock,
): AsyncGenerator<T> {
  if (expiresAt === undefined) return yield* stream;
  const expiry = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => expiry.reject(new ConnectError('the session has expired: log in again', Code.Unauthenticated)),
    Math.max(0, expiresAt - clock()),
  ).unref();
  expiry.promise.catch(() => undefined);
  const iterator = stream[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), expiry.promise]);
      if (next.done) return;
      yield next.value;
    }
  } finally {
    clearTimeout(timer);
    void iterator.return?.();
  }
}
