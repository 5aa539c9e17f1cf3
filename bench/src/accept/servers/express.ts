/** A bare express handler: JSON in, 202 out. */
import express from 'express';
import { ACCEPTED } from './bodies.js';

const app = express();
app.use(express.json());
app.post('/orders', (_request, response) => {
  response.status(202).json(ACCEPTED);
});
app.listen(Number(process.env.PORT), '127.0.0.1');
process.once('SIGTERM', () => process.exit(0));
