/** One SQS standard queue: at least once, in any order, hidden while it is worked on. */
import type { QueueShape } from '@order-pipeline/contracts/queues';
import { draw } from '../../kernel/random.js';

/** A message in a queue. */
export interface SimMessage {
  readonly id: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly groupId: string | undefined;
  /** Virtual milliseconds; a redrive by the queue keeps it. */
  readonly sentAt: number;
  visibleAt: number;
  receiveCount: number;
  /** The latest receipt handle. */
  handle: string;
}

/** Faults of a queue within the limits of SQS's promises; shares in [0, 1]. */
export interface QueueFaults {
  /** A receive does not hide the message. */
  readonly notHidden: number;
  /** A deleted message is delivered again. */
  readonly undeleted: number;
}

/** Dependencies of a queue. */
export interface QueueDeps {
  readonly seed: number;
  readonly now: () => number;
  readonly faults: () => QueueFaults;
  /** Called whenever a message may have become visible. */
  readonly onVisible: () => void;
  /** Returns true when a fault of this name may happen. */
  readonly allows: (fault: string) => boolean;
}

/** A queue. Its redrive policy moves what was received too often. */
export class SimQueue {
  readonly #messages = new Map<string, SimMessage>();
  #handles = 0;
  deadLetters: SimQueue | undefined;
  /** Messages that were ever added. */
  arrivals = 0;

  readonly #deps: QueueDeps;

  readonly shape: QueueShape;

  constructor(shape: QueueShape, deps: QueueDeps) {
    this.shape = shape;
    this.#deps = deps;
  }

  /** All messages, hidden ones too. */
  get messages(): readonly SimMessage[] {
    this.#expire();
    return [...this.#messages.values()];
  }

  /** Sends a message. */
  send(message: Pick<SimMessage, 'id' | 'body' | 'attributes' | 'groupId'>): void {
    this.add({
      ...message,
      sentAt: this.#deps.now(),
      visibleAt: this.#deps.now(),
      receiveCount: 0,
      handle: '',
    });
  }

  /** Adds a message unchanged. */
  add(message: SimMessage): void {
    this.#messages.set(message.id, message);
    this.arrivals += 1;
    this.#deps.onVisible();
  }

  /** Removes a message without anybody having received it, as a purge does. */
  drop(id: string): void {
    this.#messages.delete(id);
  }

  /** Returns up to `max` visible messages. */
  receive(max: number, visibilitySeconds: number): SimMessage[] {
    this.#expire();
    const { now, seed } = this.#deps;
    const visible = [...this.#messages.values()].filter(({ visibleAt }) => visibleAt <= now());
    // Any order will do: this one depends on the message alone.
    visible.sort(
      (a, b) => draw(seed, `order/${a.id}/${a.receiveCount}`) - draw(seed, `order/${b.id}/${b.receiveCount}`),
    );
    const received: SimMessage[] = [];
    for (const message of visible) {
      if (received.length === max) break;
      if (this.#redrive(message)) continue;
      received.push(this.#hand(message, visibilitySeconds));
    }
    return received;
  }

  /** Deletes by a receipt handle. An older handle than the latest deletes or does nothing, as SQS documents. */
  delete(handle: string): void {
    const message = this.#byHandle(handle);
    if (!message) return;
    if (message.handle !== handle && draw(this.#deps.seed, `old/${handle}`) < 0.5) return;
    this.#messages.delete(message.id);
    const { undeleted } = this.#deps.faults();
    const fault = `sqs/undeleted/${message.id}/${message.receiveCount}`;
    if (draw(this.#deps.seed, fault) < undeleted && this.#deps.allows(fault))
      this.add({ ...message, visibleAt: this.#deps.now() + draw(this.#deps.seed, `${fault}/at`) * 5_000 });
  }

  /** Hides a message for so long from now on. Returns false where it is not hidden or the handle is not known. */
  hide(handle: string, seconds: number): boolean {
    const message = this.#byHandle(handle);
    if (!message || !this.#messages.has(message.id)) return false;
    if (message.handle !== handle || message.visibleAt <= this.#deps.now()) return false;
    message.visibleAt = this.#deps.now() + seconds * 1_000;
    this.#deps.onVisible();
    return true;
  }

  /** Time at which the next hidden message becomes visible; undefined if none is hidden. */
  get nextVisibleAt(): number | undefined {
    const times = [...this.#messages.values()].map(({ visibleAt }) => visibleAt);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  #hand(message: SimMessage, visibilitySeconds: number): SimMessage {
    message.receiveCount += 1;
    this.#handles += 1;
    message.handle = `${message.id}:${this.#handles}`;
    const fault = `sqs/not-hidden/${message.id}/${message.receiveCount}`;
    const { notHidden } = this.#deps.faults();
    const hidden = draw(this.#deps.seed, fault) >= notHidden || !this.#deps.allows(fault);
    message.visibleAt =
      this.#deps.now() +
      (hidden ? visibilitySeconds * 1_000 : 10 + 2_000 * draw(this.#deps.seed, `${fault}/at`));
    this.#deps.onVisible();
    return { ...message };
  }

  #redrive(message: SimMessage): boolean {
    const { redrive } = this.shape;
    if (!redrive || !this.deadLetters || message.receiveCount < redrive.maxReceiveCount) return false;
    this.#messages.delete(message.id);
    this.deadLetters.add({ ...message, visibleAt: this.#deps.now(), handle: '' });
    return true;
  }

  #byHandle(handle: string): SimMessage | undefined {
    const id = handle.slice(0, handle.lastIndexOf(':'));
    return this.#messages.get(id);
  }

  #expire(): void {
    const oldest = this.#deps.now() - this.shape.messageRetentionSeconds * 1_000;
    for (const [id, { sentAt }] of this.#messages) if (sentAt < oldest) this.#messages.delete(id);
  }
}
