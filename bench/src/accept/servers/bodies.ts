/** Responses of the bare servers: those of the API, without its work. */
export const ACCEPTED = {
  order_id: '0d1c2b3a-4f5e-4d6c-8b7a-9c8d7e6f5a4b',
  status: 'PENDING',
  poll_url:
    'http://localhost:8000/orders/0d1c2b3a-4f5e-4d6c-8b7a-9c8d7e6f5a4b?expires=1893456000&key_id=k1&signature=Zm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyMTI',
  requested_at: '2030-01-01T00:00:00.000Z',
};
