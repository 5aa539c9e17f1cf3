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
  const callOf = (operation: string) =>
    observer.prepare(operation, () => ({
      dependency: 'redis',
      operation,
      attributes: { 'db.system.name': 'redis', 'db.operation.name': operation },
    }));
  const wrap = (target: object, name: string, operation: string) => {
    const send = (target as Record<string, (...args: unknown[]) => Promise<unknown>>)[name];
    if (!send) return;
    const call = callOf(operation);
    // Pipelines take over the scripts of their connection: those calls are a part of what is measured already.
    const observed = function (this: unknown, ...args: unknown[]) {
      return this === target ? call.run(() => send.apply(this, args)) : send.apply(this, args);
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
