/** SQS and DynamoDB in memory, from npm packages. They are reached through the AWS SDK only, like AWS itself. */
import { closeServer, listen } from '@order-pipeline/platform/listen';
import dynalite from 'dynalite';
import { buildApp } from 'fauxqs';

/** An emulator that listens on the loopback interface's `port`. */
export interface Emulator {
  readonly port: number;
  /** Value of AWS_ENDPOINT_URL_*. */
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** The host under which the emulators are reached. An address, since `*.localhost` does not resolve everywhere. */
export const LOOPBACK = '127.0.0.1';

/** Starts SQS. Throws PortInUseError. */
export async function startSqsEmulator(port = 0): Promise<Emulator> {
  const app = buildApp({ logger: false });
  giveBackUnreadMessages(app);
  await app.ready();
  const actual = await listen(app.server, port, 'LOCAL_SQS_PORT', LOOPBACK);
  return { port: actual, endpoint: `http://${LOOPBACK}:${actual}`, stop: () => app.close() };
}

/** Starts DynamoDB. Throws PortInUseError. */
export async function startDynamoEmulator(port = 0): Promise<Emulator> {
  const server = dynalite({ createTableMs: 0 });
  const actual = await listen(server, port, 'LOCAL_DYNAMODB_PORT', LOOPBACK);
  return {
    port: actual,
    endpoint: `http://${LOOPBACK}:${actual}`,
    stop: async () => {
      server.closeAllConnections();
      await closeServer(server);
    },
  };
}

/**
 * Makes messages visible again when the caller of a long poll has died. The emulator keeps waiting for that caller and
 * hides the messages that it finds for a whole visibility timeout; SQS notices the closed connection, and so does this.
 */
function giveBackUnreadMessages(app: ReturnType<typeof buildApp>): void {
  app.addHook('onSend', async (request, _reply, payload) => {
    if (request.raw.socket.writable || request.headers['x-amz-target'] !== 'AmazonSQS.ReceiveMessage') return;
    const { QueueUrl } = request.body as { QueueUrl: string };
    const { Messages = [] } = JSON.parse(String(payload)) as { Messages?: { ReceiptHandle: string }[] };
    for (const { ReceiptHandle } of Messages) {
      await app.inject({
        method: 'POST',
        url: request.url,
        headers: {
          'content-type': 'application/x-amz-json-1.0',
          'x-amz-target': 'AmazonSQS.ChangeMessageVisibility',
        },
        payload: { QueueUrl, ReceiptHandle, VisibilityTimeout: 0 },
      });
    }
  });
}
