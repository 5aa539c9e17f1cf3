/** A priority queue of events by time; events of the same time keep the order in which they were added. */

/** Something that happens at a virtual time. */
export interface QueuedEvent {
  /** Virtual milliseconds since the start of the run. */
  at: number;
  /** Breaks ties. */
  order: number;
  /** A cancelled event is skipped. */
  cancelled: boolean;
}

/** A binary heap of events. */
export class EventQueue<E extends QueuedEvent> {
  readonly #heap: E[] = [];

  /** Number of events, cancelled ones included. */
  get size(): number {
    return this.#heap.length;
  }

  /** Adds an event. */
  push(event: E): void {
    const heap = this.#heap;
    let index = heap.push(event) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent] as E;
      if (isBefore(above, event)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = event;
  }

  /** Returns the earliest event without removing it. */
  peek(): E | undefined {
    return this.#heap[0];
  }

  /** Removes and returns the earliest event. */
  pop(): E | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (top === undefined || last === undefined || heap.length === 0) return top;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      if (left >= heap.length) break;
      const right = left + 1;
      const child = right < heap.length && isBefore(heap[right] as E, heap[left] as E) ? right : left;
      const below = heap[child] as E;
      if (isBefore(last, below)) break;
      heap[index] = below;
      index = child;
    }
    heap[index] = last;
    return top;
  }
}

function isBefore(a: QueuedEvent, b: QueuedEvent): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
