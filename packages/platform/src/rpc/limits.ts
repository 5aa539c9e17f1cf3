/** Limits of listeners and channels, with defaults that suit small messages between services of one network. */
import type { ChannelOptions } from '@grpc/grpc-js';

/** Limits of one RPC endpoint. */
export interface RpcLimits {
  /** Largest message in bytes, received or sent. */
  readonly messageMaxBytes: number;
  /** Interval of probes on an idle connection, in milliseconds. */
  readonly keepaliveMs: number;
  /** Time after which an unanswered probe ends the connection, in milliseconds. */
  readonly keepaliveTimeoutMs: number;
  /**
   * Longest age of a connection, in milliseconds. Clients resolve the name again when they reconnect, which is how they
   * discover new servers.
   */
  readonly connectionMaxAgeMs: number;
  /** Time that calls on an aged connection may still take, in milliseconds. */
  readonly connectionGraceMs: number;
  /** Calls at once on one connection. */
  readonly maxConcurrentStreams: number;
}

/** 256 KiB messages, probes every 20 s, connections for five minutes. */
export const DEFAULT_LIMITS: RpcLimits = {
  messageMaxBytes: 256 * 1024,
  keepaliveMs: 20_000,
  keepaliveTimeoutMs: 5_000,
  connectionMaxAgeMs: 5 * 60_000,
  connectionGraceMs: 30_000,
  maxConcurrentStreams: 1_000,
};

/** Returns the limits as grpc-js options of a server. */
export function serverOptions(limits: RpcLimits): ChannelOptions {
  return {
    ...messageOptions(limits),
    'grpc.max_connection_age_ms': limits.connectionMaxAgeMs,
    'grpc.max_connection_age_grace_ms': limits.connectionGraceMs,
    'grpc.max_concurrent_streams': limits.maxConcurrentStreams,
  };
}

/** Returns the limits as grpc-js options of a channel that spreads its calls over every address of a name. */
export function channelOptions(limits: RpcLimits): ChannelOptions {
  return {
    ...messageOptions(limits),
    'grpc.keepalive_permit_without_calls': 1,
    // Retries are made at one layer, which knows the caller's budget.
    'grpc.enable_retries': 0,
    'grpc.service_config': JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }),
    // Service configuration from the name server is not used, so it is not looked up.
    'grpc.service_config_disable_resolution': 1,
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 5_000,
    'grpc.dns_min_time_between_resolutions_ms': 5_000,
    // Clients of one process have their own connections, so that closing one leaves the others alone.
    'grpc.use_local_subchannel_pool': 1,
  };
}

function messageOptions(limits: RpcLimits): ChannelOptions {
  return {
    'grpc.max_receive_message_length': limits.messageMaxBytes,
    'grpc.max_send_message_length': limits.messageMaxBytes,
    'grpc.keepalive_time_ms': limits.keepaliveMs,
    'grpc.keepalive_timeout_ms': limits.keepaliveTimeoutMs,
    'grpc.enable_channelz': 0,
  };
}
