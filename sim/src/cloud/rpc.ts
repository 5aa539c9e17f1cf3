/** RPC between processes: the real service implementations behind a transport of simulated tries. */
import { create, type DescMessage, type DescMethod, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  Code,
  ConnectError,
  createContextValues,
  type HandlerContext,
  type Transport,
} from '@connectrpc/connect';
import type { Logger } from '@order-pipeline/platform/logger';
import { guardService } from '@order-pipeline/platform/rpc/guard';
import { methodsOf, type RpcService } from '@order-pipeline/platform/rpc/service';
import {
  HealthCheckResponseSchema,
  HealthCheckResponse_ServingStatus as ServingStatus,
} from 'connect-grpc-js/health';
import { currentContext, runIn, type SimContext } from '../kernel/context.js';
import type { World } from '../kernel/world.js';
import type { Network } from './network.js';

type Unary = (request: unknown, context: HandlerContext) => Promise<unknown>;

interface ServedMethod {
  readonly method: DescMethod;
  readonly impl: Unary;
}

/** Services of one server process. */
export interface RpcServer {
  readonly context: SimContext;
  readonly methods: ReadonlyMap<string, ServedMethod>;
  readonly services: readonly RpcService[];
}

/** Longest wait of a call without a deadline, in milliseconds. */
const LONGEST_CALL_MS = 10_000;

/** Servers by the name under which clients know them. */
export class RpcNetwork {
  readonly #servers = new Map<string, RpcServer[]>();
  #turn = 0;

  readonly #world: World;
  readonly #network: Network;

  constructor(world: World, network: Network) {
    this.#world = world;
    this.#network = network;
  }

  /** Serves the services from the running process. */
  serve(name: string, services: readonly RpcService[], logger: Logger): void {
    const context = currentContext();
    if (!context) throw new Error('only a process can serve');
    const guarded = services.map((service) => guardService(service, { logger, observe: () => undefined }));
    const methods = new Map(
      guarded
        .flatMap((service) => methodsOf(service))
        .flatMap((spec) =>
          spec.kind === 'unary'
            ? [[pathOf(spec.method), { method: spec.method, impl: spec.impl as Unary }] as const]
            : [],
        ),
    );
    const others = (this.#servers.get(name) ?? []).filter(
      (server) => server.context.process.machine !== context.process.machine,
    );
    this.#servers.set(name, [...others, { context, methods, services }]);
  }

  /** A transport to the servers of a name, from the running process. */
  transport(name: string): Transport {
    return {
      unary: async (method, signal, timeoutMs = LONGEST_CALL_MS, header, input) => {
        const request = toBinary(method.input, create(method.input, input));
        const headers = new Headers(header as ConstructorParameters<typeof Headers>[0]);
        const bytes = await this.#try(name, method, request, { signal, timeoutMs, headers });
        const message = fromBinary(method.output, bytes);
        const empty = new Headers();
        return {
          stream: false,
          service: method.parent,
          method,
          header: empty,
          trailer: empty,
          message,
        };
      },
      stream: () => Promise.reject(new ConnectError('streams are not simulated', Code.Unimplemented)),
    };
  }

  #try(
    name: string,
    method: DescMethod,
    request: Uint8Array,
    { signal, timeoutMs, headers }: { signal: AbortSignal | undefined; timeoutMs: number; headers: Headers },
  ): Promise<Uint8Array> {
    const server = this.#route(name);
    const subject = subjectOf(method.input, request);
    const label = `${method.name}(${subject})`;
    if (!server) return Promise.reject(new ConnectError('no connection established', Code.Unavailable));
    const deadline = this.#world.now + timeoutMs;
    return this.#network.call<Uint8Array>({
      target: 'rpc',
      label: `${label} at ${server.context.process.name}`,
      key: `${method.name}/${subject}`,
      timeoutMs,
      signal,
      latencyMs: [0.3, 3],
      execute: () => this.#execute(server, method, request, deadline, headers, subject),
      toTimeout: () => new ConnectError('the deadline passed', Code.DeadlineExceeded),
      toServerError: () => new ConnectError('read ECONNRESET', Code.Unavailable),
    });
  }

  /** One server after the other, as round_robin does. Processes that are gone accept nothing; paused ones do. */
  #route(name: string): RpcServer | undefined {
    const alive = (this.#servers.get(name) ?? []).filter(({ context }) => context.process.alive);
    this.#turn += 1;
    return alive[this.#turn % Math.max(1, alive.length)];
  }

  #execute(
    server: RpcServer,
    method: DescMethod,
    request: Uint8Array,
    deadline: number,
    headers: Headers,
    subject: string,
  ): Promise<Uint8Array> {
    const world = this.#world;
    const { process } = server.context;
    if (!process.alive) throw new ConnectError('connection dropped', Code.Unavailable);
    const name = `${process.name}/${method.name}/${subject}`;
    const context = { process, random: world.random(`${name}/${world.nth(name)}`) };
    return new Promise<Uint8Array>((resolve, reject) => {
      const run = () => {
        answer(server, method, request, this.#handlerContext(method, deadline, headers)).then(
          resolve,
          (error) => {
            const failure = ConnectError.from(error);
            // Metadata travels as trailers: it says that a dependency is down.
            const sent = new ConnectError(failure.rawMessage, failure.code, failure.metadata);
            sent.details = failure.details.map((detail) => ('desc' in detail ? toIncoming(detail) : detail));
            sent.isWireError = true;
            reject(sent);
          },
        );
      };
      // A paused process takes the call when it resumes.
      world.after(0, () => runIn(context, run), context);
    });
  }

  #handlerContext(method: DescMethod, deadline: number, requestHeader: Headers): HandlerContext {
    const controller = new AbortController();
    const world = this.#world;
    world.after(Math.max(0, deadline - world.now), () => {
      controller.abort(new ConnectError('the deadline passed', Code.DeadlineExceeded));
    });
    return {
      method,
      service: method.parent,
      requestMethod: 'POST',
      protocolName: 'grpc',
      url: `http://simulated${pathOf(method)}`,
      signal: controller.signal,
      timeoutMs: () => deadline - world.now,
      requestHeader,
      responseHeader: new Headers(),
      responseTrailer: new Headers(),
      values: createContextValues(),
    };
  }
}

async function answer(
  server: RpcServer,
  method: DescMethod,
  request: Uint8Array,
  context: HandlerContext,
): Promise<Uint8Array> {
  const message = fromBinary(method.input, request);
  if (method.parent.typeName === 'grpc.health.v1.Health') {
    const { service } = message as unknown as { service: string };
    const asked = server.services.find(({ service: { typeName } }) => typeName === service);
    const serving = asked?.status?.isServing ?? true;
    const status = serving ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
    return toBinary(HealthCheckResponseSchema, create(HealthCheckResponseSchema, { status }));
  }
  const served = server.methods.get(pathOf(method));
  if (!served) throw new ConnectError(`${pathOf(method)} is not served`, Code.Unimplemented);
  const response = (await served.impl(message, context)) as Record<string, unknown>;
  return toBinary(method.output, create(method.output, response));
}

function pathOf(method: DescMethod): string {
  return `/${method.parent.typeName}/${method.name}`;
}

function toIncoming({ desc, value }: { desc: DescMessage; value: Record<string, unknown> }) {
  return { type: desc.typeName, value: toBinary(desc, create(desc, value)) };
}

/** The order or SKU that a request is about. */
function subjectOf(desc: DescMessage, request: Uint8Array): string {
  const message = fromBinary(desc, request) as unknown as Record<string, unknown>;
  return String(message.orderId ?? message.sku ?? message.service ?? '');
}
