/** The queues of packages/contracts: encrypted, TLS only, with a dead-letter queue that takes from its queue alone. */
import { QUEUES, type QueueShape } from '@order-pipeline/contracts/queues';
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { denyPlainText, toPolicy, toSubscribedStatements } from '../decide/permissions.ts';
import { toQueueArgs, toRedriveAllowPolicy, toRedrivePolicy } from '../decide/shapes.ts';

/** Arguments of the queues. */
export interface QueuesArgs {
  /** Prefix of the names in AWS. */
  readonly prefix: string;
  readonly protect: boolean;
  /** ARNs of the topics that send to a queue, by the queue's name. */
  readonly topics: Readonly<Record<string, pulumi.Input<string>[]>>;
}

/** All queues, by the names of packages/contracts. */
export class Queues extends pulumi.ComponentResource {
  readonly #queues: Readonly<Record<string, aws.sqs.Queue>>;

  constructor(name: string, args: QueuesArgs, opts?: pulumi.ComponentResourceOptions) {
    super('order-pipeline:infra:Queues', name, {}, opts);
    const queues: Record<string, aws.sqs.Queue> = {};
    for (const shape of QUEUES) {
      const deadLetters = shape.redrive && queues[shape.redrive.deadLetterQueue];
      if (shape.redrive && !deadLetters) {
        throw new Error(`QUEUES names ${shape.name} before ${shape.redrive.deadLetterQueue}: put it after`);
      }
      queues[shape.name] = this.#createQueue(shape, args, deadLetters);
    }
    this.#queues = queues;
    this.registerOutputs({});
  }

  /** The queue of this name. Throws when packages/contracts has none. */
  get(name: string): aws.sqs.Queue {
    const queue = this.#queues[name];
    if (!queue) throw new Error(`No queue named ${name}: add it to packages/contracts/src/queues.ts`);
    return queue;
  }

  #createQueue(
    shape: QueueShape,
    { prefix, protect, topics }: QueuesArgs,
    deadLetters?: aws.sqs.Queue,
  ): aws.sqs.Queue {
    const child = { parent: this };
    const queue = new aws.sqs.Queue(
      shape.name,
      {
        ...toQueueArgs(shape),
        name: `${prefix}-${shape.name}`,
        sqsManagedSseEnabled: true,
        ...(shape.redrive &&
          deadLetters && {
            redrivePolicy: pulumi
              .output(deadLetters.arn)
              .apply((arn) => toRedrivePolicy(arn, shape.redrive?.maxReceiveCount ?? 0)),
          }),
      },
      { ...child, protect },
    );
    new aws.sqs.QueuePolicy(
      shape.name,
      {
        queueUrl: queue.url,
        policy: pulumi
          .all([queue.arn, pulumi.all(topics[shape.name] ?? [])])
          .apply(([arn, senders]) =>
            toPolicy([denyPlainText('sqs', arn), ...toSubscribedStatements(arn, senders)]),
          ),
      },
      child,
    );
    if (deadLetters) {
      new aws.sqs.RedriveAllowPolicy(
        shape.name,
        {
          queueUrl: deadLetters.url,
          redriveAllowPolicy: queue.arn.apply((arn) => toRedriveAllowPolicy([arn])),
        },
        child,
      );
    }
    return queue;
  }
}
