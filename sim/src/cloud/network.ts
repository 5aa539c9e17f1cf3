/** Calls over the network: a request travels, takes effect where it arrives, and its answer travels back. */
import { currentContext } from '../kernel/context.js';
import { draw } from '../kernel/random.js';
import type { World } from '../kernel/world.js';
import type { CallFault, Target } from '../plan/faults.js';
import type { FaultInjector, Firing } from './fault-injector.js';

/** One try of a call. */
export interface RemoteCall<T> {
  readonly target: Target;
  /** Names the call in the trace. */
  readonly label: string;
  /** Names the call's fault and latency, the same when other orders are removed from the run. */
  readonly key: string;
  /** Longest wait of the caller, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Shortest and longest time of one way, in milliseconds. */
  readonly latencyMs: readonly [number, number];
  /** The effect, where the request arrives. May return a promise that the answer waits for. */
  readonly execute: (fault: CallFault | undefined) => T | Promise<T>;
  /** The error that the caller sees when no response arrives in time. */
  readonly toTimeout: () => Error;
  /** The errors that the server gives without acting. */
  readonly toServerError: (fault: 'server-error' | 'throttled') => Error;
}

/** The network of a world. */
export class Network {
  readonly #world: World;
  readonly #faults: FaultInjector;

  constructor(world: World, faults: FaultInjector) {
    this.#world = world;
    this.#faults = faults;
  }

  /** Makes one try of a call for the running process. */
  call<T>(call: RemoteCall<T>): Promise<T> {
    const world = this.#world;
    const context = currentContext();
    const from = context?.process.name ?? 'world';
    const name = `${context?.process.machine.name ?? 'world'}/${call.key}`;
    const id = `${name}/${world.nth(`${call.target}/${name}`)}`;
    const firing = this.#faults.next(call.target, id);
    const [least, most] = call.latencyMs;
    const oneWay = (way: string) => least + draw(world.seed, `${id}/${way}`) * (most - least);
    if (firing) world.trace.add(world.now, from, call.target, `${call.label} !${firing.fault}`);
    else world.trace.add(world.now, from, call.target, call.label);
    return new Promise<T>((resolve, reject) => {
      let over = false;
      const end = (settle: () => void) => {
        if (over) return;
        over = true;
        timer.cancelled = true;
        call.signal?.removeEventListener('abort', abort);
        settle();
      };
      const abort = () => end(() => reject(toAbortError(call.signal)));
      const giveUp = () => {
        world.trace.add(world.now, from, from, `gives up waiting for ${call.label}`);
        end(() => reject(call.toTimeout()));
      };
      const timer = world.after(call.timeoutMs, () => over || giveUp(), context);
      if (call.signal?.aborted) return abort();
      call.signal?.addEventListener('abort', abort, { once: true });
      const answer = (settle: () => void) => {
        if (firing?.fault === 'lost-answer') return;
        const lateMs = firing?.fault === 'slow-answer' ? firing.delayMs : 0;
        world.after(oneWay('back') + lateMs, () => end(settle), context);
      };
      this.#send(call, firing, oneWay('there'), answer, resolve, reject);
    });
  }

  #send<T>(
    call: RemoteCall<T>,
    firing: Firing | undefined,
    travelMs: number,
    answer: (settle: () => void) => void,
    resolve: (value: T) => void,
    reject: (error: unknown) => void,
  ): void {
    const world = this.#world;
    const fault = firing?.fault;
    if (fault === 'lost-request') return;
    const arrive = () => {
      if (fault === 'late-effect')
        world.trace.add(world.now, call.target, call.target, `late: ${call.label}`);
      if (fault === 'server-error' || fault === 'throttled') {
        const error = call.toServerError(fault);
        return answer(() => reject(error));
      }
      settleWith(
        () => call.execute(fault),
        (value) => answer(() => resolve(value)),
        (error) => answer(() => reject(error)),
      );
    };
    const lateMs = fault === 'late-effect' ? (firing?.delayMs ?? 0) : 0;
    world.later(travelMs + lateMs, arrive);
    if (fault === 'duplicate')
      world.later(travelMs + (firing?.delayMs ?? 0), () =>
        settleWith(
          () => call.execute(fault),
          () => undefined,
          () => undefined,
        ),
      );
  }
}

function settleWith<T>(
  execute: () => T | Promise<T>,
  onValue: (value: T) => void,
  onError: (error: unknown) => void,
): void {
  try {
    const value = execute();
    if (value instanceof Promise) value.then(onValue, onError);
    else onValue(value);
  } catch (error) {
    onError(error);
  }
}

function toAbortError(signal: AbortSignal | undefined): Error {
  return Object.assign(new Error('Request aborted', { cause: signal?.reason }), { name: 'AbortError' });
}
