/** Observes the commands of a Redis connection. */
import type { ChainableCommander } from 'ioredis';
import type { Registry } from '../metrics.js';
import type { Redis } from '../redis.js';
import { CallObserver } from './calls.js';

/** Commands of which a process makes one or more for an order or a request. */
const COMMANDS = ['get', 'set', 'publish', 'ping'] as const;

/**
 * Measures commands and transactions, and records a span for each. Returns the connection. Scripts that are defined
 * later are observed too; what a transaction consists of is one call.
 */
export function observeRedis(redis: Redis, registry: Registry): Redis {
  const observer = new CallObserver(registry);
  const observe = <R>(operation: string, send: () => Promise<R>) =>
    observer.observe(
      {
        dependency: 'redis',
        operation,
        attributes: { 'db.system.name': 'redis', 'db.operation.name': operation },
      },
      send,
    );
  const wrap = (target: object, name: string, operation: string) => {
    const call = (target as Record<string, (...args: unknown[]) => Promise<unknown>>)[name];
    if (!call) return;
    // Pipelines take over the scripts of their connection: those calls are a part of what is measured already.
    const observed = function (this: unknown, ...args: unknown[]) {
      return this === target ? observe(operation, () => call.apply(this, args)) : call.apply(this, args);
    };
    Object.assign(target, { [name]: observed });
  };
  for (const command of COMMANDS) wrap(redis, command, command.toUpperCase());
  const { defineCommand, multi } = redis;
  redis.defineCommand = (name, definition) => {
    defineCommand.call(redis, name, definition);
    wrap(redis, name, name);
  };
  redis.multi = ((...args: Parameters<typeof multi>) => {
    const chain = multi.apply(redis, args) as ChainableCommander;
    if (typeof chain.exec === 'function') wrap(chain, 'exec', 'MULTI');
    return chain;
  }) as typeof multi;
  return redis;
}
