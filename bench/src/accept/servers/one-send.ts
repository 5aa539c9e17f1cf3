/**
 * An intake as one would first write it: express, a verified token, a signed URL and one SendMessage for each request, with
 * the AWS SDK. No limits, no idempotency keys, no logs.
 */
import { createHmac, randomUUID } from 'node:crypto';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import express from 'express';
import { toSdkConfig } from '../../harness/sdk-config.js';
import { JWT_KEY } from '../../harness/services.js';
import { verifyToken } from '../tokens.js';
import { ACCEPTED } from './bodies.js';

const QueueUrl = process.env.SQS_QUEUE_URL;
const sqs = new SQSClient(toSdkConfig(5_000));
const app = express();
app.use(express.json());
app.post('/orders', async (request, response) => {
  const user = verifyToken(request.headers.authorization?.slice('Bearer '.length) ?? '');
  if (user === undefined || user !== request.body.user_id) return response.status(401).json({});
  const order_id = randomUUID();
  await sqs.send(
    new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify({ order_id, ...request.body }) }),
  );
  const signature = createHmac('sha256', JWT_KEY.secret).update(order_id).digest('base64url');
  return response.status(202).json({ ...ACCEPTED, order_id, poll_url: `/orders/${order_id}?${signature}` });
});
app.listen(Number(process.env.PORT), '127.0.0.1');
process.once('SIGTERM', () => process.exit(0));
