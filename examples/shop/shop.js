/**
 * A small shop. `POST /buy` places an order and waits for its outcome; `POST /webhooks` receives the events of all orders.
 * Settings: PORT (3000), ORDER_API_URL (http://localhost:8000), WEBHOOK_SECRET (what `orders listen` prints).
 */
import {
  OrderClient,
  OrderOutcomeUnknownError,
  verifyWebhook,
  WebhookVerificationError,
} from '@order-pipeline/client';
import express from 'express';

const { PORT = '3000', ORDER_API_URL = 'http://localhost:8000', WEBHOOK_SECRET = '' } = process.env;

const CUSTOMER = 'u123';
const login = new OrderClient({ baseUrl: ORDER_API_URL });
let token;
const client = new OrderClient({
  baseUrl: ORDER_API_URL,
  token: async ({ refresh }) => {
    if (refresh || !token) token = (await login.login(CUSTOMER)).access_token;
    return token;
  },
});

const app = express();
const events = [];

app.post('/buy', express.json(), async (request, response) => {
  const { cart, ...order } = request.body ?? {};
  try {
    // The cart's id as idempotency key: buying the same cart twice is one order.
    const accepted = await client.placeOrder({ user_id: CUSTOMER, ...order }, { idempotencyKey: cart });
    response.json(await client.waitForOrder(accepted));
  } catch (error) {
    if (error instanceof OrderOutcomeUnknownError) response.status(202).json({ follow: error.pollUrl });
    else response.status(error.status ?? 502).json({ error: error.message, errors: error.errors });
  }
});

app.post('/webhooks', express.raw({ type: '*/*' }), async (request, response) => {
  try {
    const event = await verifyWebhook(request.body, request.headers, WEBHOOK_SECRET);
    // Events arrive at least once: repeats have the same id.
    if (!events.some(({ id }) => id === event.id)) events.push(event);
    console.log(event.type, event.data.order_id);
    response.sendStatus(204);
  } catch (error) {
    if (!(error instanceof WebhookVerificationError)) throw error;
    response.status(400).json({ error: error.message });
  }
});

app.get('/events', (_request, response) => {
  response.json(events.map(({ id, type, data }) => ({ id, type, status: data.status })));
});

// Without it, Express shows the stack trace of an error.
app.use((error, _request, response, _next) => {
  if (error.status === 400) return response.status(400).json({ error: 'The body is not valid JSON.' });
  console.error(error.message);
  return response.status(error.status ?? 500).json({ error: 'The request failed.' });
});

const server = app.listen(Number(PORT), () => console.log(`shop: http://localhost:${server.address().port}`));
