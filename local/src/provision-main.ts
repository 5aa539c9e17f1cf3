/**
 * Provisions emulators that run elsewhere, such as those of compose.yaml: `node provision-main.js` creates queues and
 * tables in what AWS_ENDPOINT_URL_SQS and AWS_ENDPOINT_URL_DYNAMODB name, `node provision-main.js catalogue` puts the
 * small catalogue on sale at SCORING_HTTP_URL.
 */
import { createSns, createSqs } from '@order-pipeline/platform/aws';
import { createDynamoSdk } from '@order-pipeline/platform/dynamo/sdk';
import { EnvReader } from '@order-pipeline/platform/env';
import { stockCatalogue } from './catalogue.js';
import { createQueues, createTables, createTopics } from './provision.js';

const WEB = ['http:', 'https:'];
/** A container that starts at the same time may take a while to listen. */
const OPTIONS = { maxAttempts: 30, requestTimeoutMs: 5_000 };

const env = new EnvReader(process.env);
if (process.argv[2] === 'catalogue') {
  const { scoringUrl } = env.resolve<{ scoringUrl: string }>({
    scoringUrl: env.url('SCORING_HTTP_URL', WEB, 'http://localhost:8081'),
  });
  await stockCatalogue(scoringUrl);
} else {
  const { region, endpoint } = env.resolve<{ region: string; endpoint: string }>({
    region: env.textOr('AWS_REGION', 'us-east-1'),
    endpoint: env.url('AWS_ENDPOINT_URL_SQS', WEB, 'http://localhost:9324'),
  });
  const sqs = createSqs({ ...OPTIONS, region });
  const urls = await createQueues(sqs, endpoint);
  await createTopics(createSns({ ...OPTIONS, region }), sqs, urls);
  await createTables(createDynamoSdk({ ...OPTIONS, region }));
}
