/** The bare express handler with work that nobody asked for: the benchmark must show it. */
import { hash } from 'node:crypto';
import express from 'express';
import { ACCEPTED } from './bodies.js';

const HASHES = 1_500;

const app = express();
app.use(express.json());
app.post('/orders', (request, response) => {
  let text = JSON.stringify(request.body);
  for (let round = 0; round < HASHES; round += 1) text = hash('sha256', text);
  response.status(202).json({ ...ACCEPTED, digest: text });
});
app.listen(Number(process.env.PORT), '127.0.0.1');
process.once('SIGTERM', () => process.exit(0));
