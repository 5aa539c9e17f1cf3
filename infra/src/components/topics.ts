/** The topics of packages/contracts: encrypted, TLS only. */
import { TOPICS } from '@order-pipeline/contracts/topics';
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { denyPlainText, toPolicy } from '../decide/permissions.ts';

/** Arguments of the topics. */
export interface TopicsArgs {
  /** Prefix of the names in AWS. */
  readonly prefix: string;
}

/** All topics, by the names of packages/contracts. Other systems subscribe to them in their own stacks. */
export class Topics extends pulumi.ComponentResource {
  readonly #topics: Readonly<Record<string, aws.sns.Topic>>;

  constructor(name: string, { prefix }: TopicsArgs, opts?: pulumi.ComponentResourceOptions) {
    super('order-pipeline:infra:Topics', name, {}, opts);
    const child = { parent: this };
    this.#topics = Object.fromEntries(
      TOPICS.map((shape) => {
        const topic = new aws.sns.Topic(
          shape.name,
          { name: `${prefix}-${shape.name}`, kmsMasterKeyId: 'alias/aws/sns' },
          child,
        );
        new aws.sns.TopicPolicy(
          shape.name,
          {
            arn: topic.arn,
            // SNS does not take a wildcard of its actions in a topic's policy.
            policy: topic.arn.apply((arn) =>
              toPolicy([{ ...denyPlainText('sns', arn), Action: ['sns:Publish', 'sns:Subscribe'] }]),
            ),
          },
          child,
        );
        return [shape.name, topic];
      }),
    );
    this.registerOutputs({});
  }

  /** Returns the topic of this name. @throws {Error} when packages/contracts has none */
  get(name: string): aws.sns.Topic {
    const topic = this.#topics[name];
    if (!topic) throw new Error(`No topic named ${name}: add it to packages/contracts/src/topics.ts`);
    return topic;
  }
}
