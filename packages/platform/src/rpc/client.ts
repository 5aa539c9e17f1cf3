/** Typed clients of RPC services, over gRPC. */
import type { DescService } from '@bufbuild/protobuf';
import { type Client, createClient, type Interceptor, type Transport } from '@connectrpc/connect';
import { Channel, ChannelCredentials } from '@grpc/grpc-js';
import { createGrpcTransport, withInterceptors } from 'connect-grpc-js';
import type { Logger } from '../logger.js';
import type { Registry } from '../metrics.js';
import { systemTimers, type Timers } from '../timers.js';
import { type Breaker, ProbingBreaker } from './breaker.js';
import type { BreakerLimits } from './decide/breaker.js';
import { routeGrpcLogs } from './grpc-logs.js';
import { channelOptions, DEFAULT_LIMITS, type RpcLimits } from './limits.js';
import { probeHealth } from './probe.js';
import { createResilientTransport } from './resilient-transport.js';
import { DEFAULT_RETRY_LIMITS, type RetryLimits } from './retry.js';
import { createBreakerGauge, createClientObserver, createRetryCounter } from './rpc-metrics.js';
import { type ClientTls, channelCredentials } from './tls.js';
import { traceCalls } from './traced-calls.js';

/** Address of a service, and the limits of calls to it. */
export interface RpcClientOptions {
  /** `http://host:port` (plaintext) or `https://host:port` (TLS). Calls spread over every address of the host. */
  readonly url: string;
  /**
   * Deadline of one try, in milliseconds. `timeoutMs` in the options of a call is the budget of that call with all its
   * retries; without one, the number of tries bounds it.
   */
  readonly timeoutMs: number;
  /** Gets `rpc_client_duration_seconds{method,code}`, `rpc_client_retries_total{method}`, `rpc_breaker_open{service}`. */
  readonly registry: Registry;
  readonly logger: Logger;
  /** Interceptors around every call; the first is the outermost. */
  readonly interceptors?: readonly Interceptor[];
  /** Makes single tries of calls instead of gRPC to `url`: for tests and simulators. */
  readonly transport?: Transport;
  /** Used with `https:`. */
  readonly tls?: ClientTls;
  readonly limits?: Partial<RpcLimits>;
  readonly retries?: Partial<RetryLimits>;
  /** Number and duration of consecutive failures that open the breaker, and the interval of its probes. */
  readonly breaker?: Partial<BreakerLimits>;
  readonly timers?: Timers;
  /** Returns a number in [0,1), for the jitter of pauses between tries. */
  readonly random?: () => number;
}

/**
 * Five failures in a row over at least half a second open it; it then probes once a second, or up to once in 30 s
 * where a service claims to serve and fails again within ten seconds.
 */
export const DEFAULT_BREAKER_LIMITS: BreakerLimits = {
  minFailures: 5,
  minDurationMs: 500,
  probeIntervalMs: 1_000,
  maxProbeIntervalMs: 30_000,
  stableMs: 10_000,
};

/** A client of one service. */
export interface RpcClient<S extends DescService> {
  readonly client: Client<S>;
  readonly breaker: Breaker;
  /** Checks the service's health now; the second check in a row that fails opens the breaker. Never rejects. */
  isServing(): Promise<boolean>;
  /** Closes the connections. Calls in flight fail. */
  close(): void;
}

/** Creates a client. It connects when it is first used. */
export function createRpcClient<S extends DescService>(service: S, options: RpcClientOptions): RpcClient<S> {
  routeGrpcLogs(options.logger);
  const channel = options.transport ? undefined : createChannel(options);
  const tries = options.transport ?? createGrpcTransport(channel ?? createChannel(options));
  const breaker = createBreaker(service.typeName, tries, options);
  const retries = createRetryCounter(options.registry);
  const transport = createResilientTransport(tries, {
    timeoutMs: options.timeoutMs,
    retries: { ...DEFAULT_RETRY_LIMITS, ...options.retries },
    breaker,
    timers: options.timers ?? systemTimers,
    random: options.random ?? Math.random,
    observe: createClientObserver(options.registry),
    onRetry: (method) => retries.inc({ method }),
  });
  return {
    client: createClient(
      service,
      withInterceptors(traceCalls(transport), options.interceptors ?? [], options.url),
    ),
    breaker,
    isServing: () => breaker.isServing(),
    close: () => {
      breaker.close();
      channel?.close();
    },
  };
}

/** A channel to every address of the URL's host. */
function createChannel({ url, tls, limits }: Pick<RpcClientOptions, 'url' | 'tls' | 'limits'>): Channel {
  const { protocol, host } = new URL(url);
  const credentials = protocol === 'https:' ? channelCredentials(tls) : ChannelCredentials.createInsecure();
  return new Channel(`dns:///${host}`, credentials, channelOptions({ ...DEFAULT_LIMITS, ...limits }));
}

function createBreaker(service: string, tries: Transport, options: RpcClientOptions): ProbingBreaker {
  const gauge = createBreakerGauge(options.registry);
  gauge.set({ service }, 0);
  const breaker = new ProbingBreaker({
    ...DEFAULT_BREAKER_LIMITS,
    ...options.breaker,
    service,
    probe: () => probeHealth(tries, service, options.timeoutMs),
    timers: options.timers ?? systemTimers,
    logger: options.logger,
  });
  breaker.onChange((open) => gauge.set({ service }, open ? 1 : 0));
  return breaker;
}
