/** SQS: the queues, their commands, long polls, and a journal of everything that was ever sent. */
import type { QueueShape } from '@order-pipeline/contracts/queues';
import { draw } from '../../kernel/random.js';
import type { SimEvent, World } from '../../kernel/world.js';
import type { CallFault } from '../../plan/faults.js';
import { type QueueFaults, type SimMessage, SimQueue } from './queue.js';

/** A message that a queue has taken, whatever its sender was answered. */
export interface SentMessage {
  readonly queue: string;
  readonly at: number;
  readonly body: string;
  readonly requestId: string | undefined;
}

/** The input of a command. */
export type SqsInput = Readonly<Record<string, unknown>>;

/** An entry of a batch. */
type Entry = Readonly<Record<string, unknown>> & { readonly Id: string };

/** Dependencies of the service. */
export interface SqsDeps {
  readonly world: World;
  readonly shapes: readonly QueueShape[];
  readonly faults: () => QueueFaults;
  readonly allows: (fault: string) => boolean;
}

/** An entry of a batch fails with this chance when its call meets the fault. */
const ENTRY_FAILURE_SHARE = 0.5;

/** The queues of a world. */
export class SimSqs {
  /** Everything that a queue has taken. */
  readonly journal: SentMessage[] = [];
  readonly #queues = new Map<string, SimQueue>();
  /** Long polls, and the queues that they wait for. */
  readonly #waiting = new Map<() => void, SimQueue>();
  readonly #world: World;
  #look: SimEvent | undefined;

  constructor({ world, shapes, faults, allows }: SqsDeps) {
    this.#world = world;
    for (const shape of shapes) {
      const onVisible = () => this.#wake();
      this.#queues.set(
        shape.name,
        new SimQueue(shape, { seed: world.seed, now: () => world.now, faults, onVisible, allows }),
      );
    }
    for (const queue of this.#queues.values()) {
      const { redrive } = queue.shape;
      queue.deadLetters = redrive && this.#queues.get(redrive.deadLetterQueue);
    }
  }

  /** The queue that a URL ends with. */
  queue(url: unknown): SimQueue {
    const name = String(url).split('/').at(-1) ?? '';
    const queue = this.#queues.get(name);
    if (!queue) throw new Error(`there is no queue ${name}`);
    return queue;
  }

  /** Runs a command by the name of its class. */
  run(command: string, input: SqsInput, fault: CallFault | undefined): object | Promise<object> {
    const queue = this.queue(input.QueueUrl);
    switch (command) {
      case 'SendMessageCommand':
        return { MessageId: this.#send(queue, input) };
      case 'SendMessageBatchCommand':
        return this.#batch(input, fault, (entry) => ({ MessageId: this.#send(queue, entry) }));
      case 'ReceiveMessageCommand':
        return this.#receive(queue, input);
      case 'DeleteMessageCommand':
        queue.delete(String(input.ReceiptHandle));
        return {};
      case 'DeleteMessageBatchCommand':
        return this.#batch(input, fault, (entry) => {
          queue.delete(String(entry.ReceiptHandle));
          return {};
        });
      case 'ChangeMessageVisibilityBatchCommand':
        return this.#batch(input, fault, (entry) =>
          queue.hide(String(entry.ReceiptHandle), Number(entry.VisibilityTimeout)) ? {} : undefined,
        );
      case 'GetQueueAttributesCommand':
        return { Attributes: this.#attributesOf(queue) };
      default:
        throw new Error(`the simulated SQS does not know ${command}`);
    }
  }

  #send(queue: SimQueue, entry: SqsInput): string {
    const attributes = (entry.MessageAttributes ?? {}) as Record<string, { StringValue?: string }>;
    const body = String(entry.MessageBody);
    const requestId = attributes.request_id?.StringValue;
    // Named after what is sent, so that removing other orders does not rename it.
    const name = `${requestId ?? ''}${body}`;
    const id = `m-${Math.floor(draw(1, name) * 2 ** 32).toString(16)}-${this.#world.nth(`message/${name}`)}`;
    this.journal.push({ queue: queue.shape.name, at: this.#world.now, body, requestId });
    queue.send({ id, body, attributes, groupId: entry.MessageGroupId as string | undefined });
    return id;
  }

  #batch(input: SqsInput, fault: CallFault | undefined, run: (entry: Entry) => object | undefined): object {
    const Successful: object[] = [];
    const Failed: object[] = [];
    for (const entry of input.Entries as Entry[]) {
      const unlucky =
        fault === 'partial-batch' &&
        draw(this.#world.seed, `entry/${this.#world.nth('entry')}`) < ENTRY_FAILURE_SHARE;
      const result = unlucky ? undefined : run(entry);
      if (result) Successful.push({ Id: entry.Id, ...result });
      else Failed.push({ Id: entry.Id, Code: 'InternalError', SenderFault: false });
    }
    return { Successful, Failed };
  }

  /** Responds at once when there is a message, else as soon as there is one, or when the wait expires. */
  #receive(queue: SimQueue, input: SqsInput): object | Promise<object> {
    const max = Number(input.MaxNumberOfMessages ?? 1);
    const seconds = Number(input.VisibilityTimeout ?? queue.shape.visibilityTimeoutSeconds);
    const waitMs = Number(input.WaitTimeSeconds ?? queue.shape.receiveWaitTimeSeconds) * 1_000;
    const first = queue.receive(max, seconds);
    if (first.length > 0 || waitMs === 0) return toAnswer(first);
    return new Promise((resolve) => {
      const end = (messages: SimMessage[]) => {
        this.#waiting.delete(look);
        timer.cancelled = true;
        resolve(toAnswer(messages));
      };
      const look = () => {
        const messages = queue.receive(max, seconds);
        if (messages.length > 0) end(messages);
      };
      const timer = this.#world.later(waitMs, () => end([]));
      this.#waiting.set(look, queue);
      this.#wake();
    });
  }

  /** Serves waiting receives as soon as the next message is visible: one check is planned at a time. */
  #wake(): void {
    if (this.#waiting.size === 0) return;
    const { now } = this.#world;
    const queues = [...new Set(this.#waiting.values())];
    const at = Math.max(now, Math.min(...queues.flatMap(({ nextVisibleAt }) => nextVisibleAt ?? [])));
    if (!Number.isFinite(at) || (this.#look && !this.#look.cancelled && this.#look.at <= at)) return;
    if (this.#look) this.#look.cancelled = true;
    this.#look = this.#world.later(at - now, () => {
      this.#look = undefined;
      for (const look of [...this.#waiting.keys()]) look();
      this.#wake();
    });
  }

  #attributesOf(queue: SimQueue): Record<string, string> {
    const visible = queue.messages.filter(({ visibleAt }) => visibleAt <= this.#world.now).length;
    return {
      QueueArn: `arn:aws:sqs:us-east-1:000000000000:${queue.shape.name}`,
      ApproximateNumberOfMessages: String(visible),
      ApproximateNumberOfMessagesNotVisible: String(queue.messages.length - visible),
    };
  }
}

function toAnswer(messages: readonly SimMessage[]): object {
  return {
    Messages: messages.map(({ id, body, attributes, groupId, sentAt, receiveCount, handle }) => ({
      MessageId: id,
      Body: body,
      ReceiptHandle: handle,
      Attributes: {
        ApproximateReceiveCount: String(receiveCount),
        SentTimestamp: String(Math.round(sentAt)),
        ...(groupId !== undefined && { MessageGroupId: groupId }),
      },
      MessageAttributes: attributes,
    })),
  };
}
