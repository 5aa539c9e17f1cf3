/** Responds to the AWS calls of the benchmark at once, in a process of its own: only the client's CPU time counts. */
import { createServer } from 'node:http';
import { listen } from '@order-pipeline/platform/listen';
import { ANSWERS } from './calls.js';

const server = createServer((incoming, outgoing) => {
  incoming.resume();
  incoming.on('end', () => {
    const operation = String(incoming.headers['x-amz-target']).split('.')[1] ?? '';
    const body = ANSWERS[operation] ?? '{}';
    outgoing.writeHead(200, {
      'content-type': 'application/x-amz-json-1.0',
      'content-length': Buffer.byteLength(body),
      'x-amzn-requestid': 'BENCH',
    });
    outgoing.end(body);
  });
});
await listen(server, Number(process.env.PORT), 'PORT', '127.0.0.1');
process.once('SIGTERM', () => process.exit(0));
